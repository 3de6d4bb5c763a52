extension InvocationRequest {
  /// A new X-Ray tracing header of a request that is not sampled, in the form of
  /// <https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader>.
  public static func randomTraceID() -> String {
    let seconds = String(millisecondsSinceEpoch() / 1000, radix: 16)
    return "Root=1-\(seconds)-\(String.randomHexadecimal(digits: 24));"
      + "Parent=\(String.randomHexadecimal(digits: 16));Sampled=0"
  }
}
