import LambdaRuntime

/// Where the function's own metrics are kept in CloudWatch.
public struct MetricsConfiguration: Sendable, Equatable {
  /// The namespace, from `METRICS_NAMESPACE`.
  public let namespace: String

  /// The function's name, which is the dimension `FunctionName`; nil where nobody has set it, outside of Lambda.
  public let functionName: String?

  /// Makes the configuration of metrics of a namespace.
  public init(namespace: String, functionName: String? = nil) {
    self.namespace = namespace
    self.functionName = functionName
  }

  /// Reads the environment; nil where no metrics are wanted.
  init?(_ environment: Environment) throws(ConfigurationError) {
    guard let namespace = environment["METRICS_NAMESPACE"] else { return nil }
    guard MetricsConfiguration.isNamespace(namespace) else {
      throw ConfigurationError(
        "METRICS_NAMESPACE has to be 1 to 255 of A-Z, a-z, 0-9, blank and .-_/#: that do not begin with AWS/ or a colon."
      )
    }
    self.init(namespace: namespace, functionName: environment["AWS_LAMBDA_FUNCTION_NAME"])
  }

  /// Source: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html>.
  private static func isNamespace(_ text: String) -> Bool {
    text.utf8.count <= 255 && !text.hasPrefix("AWS/") && !text.hasPrefix(":") && !text.allSatisfy(\.isWhitespace)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: ".-_/#: ".utf8.contains(byte)
        }
      }
  }
}
