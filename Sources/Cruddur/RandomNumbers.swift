internal import COpenSSL
public import LambdaRuntime

/// The random numbers of OpenSSL, of which TLS and logins make their keys and nonces.
///
/// OpenSSL has a generator of its own, which starts from the kernel's random numbers and goes on by itself for minutes. It
/// notices a fork, but not that its process is one of several that were restored from the same snapshot, all of which
/// would get the same numbers: <https://docs.aws.amazon.com/lambda/latest/dg/snapstart-uniqueness.html>.
public enum RandomNumbers {
  /// Starts the generator, which takes half a millisecond, so that the first login need not. From any thread.
  ///
  /// Where OpenSSL cannot, whoever needs a number is told.
  public static func prepare() {
    var number: UInt8 = 0
    RAND_bytes(&number, 1)
  }

  /// Makes the generator, and with it those of all threads, start anew from the kernel's random numbers.
  ///
  /// - Throws: ``RandomNumbersError`` where OpenSSL cannot.
  public static func restart() throws(RandomNumbersError) {
    guard let generator = RAND_get0_primary(nil), EVP_RAND_reseed(generator, 0, nil, 0, nil, 0) == 1 else {
      throw RandomNumbersError()
    }
  }
}

/// OpenSSL has no random numbers.
public struct RandomNumbersError: LambdaError {
  /// What is reported.
  public var errorType: ErrorType { .function("NoRandomNumbers") }

  /// One sentence.
  public var errorMessage: String { "OpenSSL has got no random numbers from the kernel." }
}
