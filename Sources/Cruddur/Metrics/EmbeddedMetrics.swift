import JSON
import LambdaRuntime

/// A document of CloudWatch's embedded metric format: a line of the log of which CloudWatch makes metrics, so that
/// nothing has to be called.
///
/// Source: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>.
struct EmbeddedMetrics {
  /// The most values that a metric of a document may have.
  static let maximumValues = 100

  /// CloudWatch's name of a unit.
  enum Unit: String {
    case count = "Count"
    case milliseconds = "Milliseconds"
  }

  struct Metric {
    let name: String
    let unit: Unit
    let values: [Double]
  }

  /// Metrics and the sets of dimensions by which each of them is kept.
  struct Directive {
    let dimensionSets: [[String]]
    let metrics: [Metric]
  }

  let namespace: String
  /// The invocation that the values are of, by which the other lines of the log that are about it are found; nil where there
  /// is none.
  let requestID: String?
  /// The dimensions' values by their names.
  let dimensions: [(name: String, value: String)]
  let directives: [Directive]

  /// The document as a line.
  ///
  /// It is as it is in both of Lambda's log formats: CloudWatch takes a line for a document only where nothing stands
  /// around the JSON object, and Lambda hands a function's own JSON on, but adds a level to a line that has none, INFO. So
  /// with the format JSON and a level above that it lets no metric through:
  /// <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html>.
  ///
  /// - Parameter milliseconds: The time of the metrics since the Unix epoch.
  /// - Returns: JSON and a line feed.
  func line(at milliseconds: Int) -> [UInt8] {
    JSONWriter.object { root in
      root.object("_aws") { metadata in
        metadata.add("Timestamp", milliseconds)
        metadata.array("CloudWatchMetrics") { list in
          for directive in directives { list.object { add(directive, to: &$0) } }
        }
      }
      if let requestID { root.add(LambdaLogHandler.requestIDKey, requestID) }
      for (name, value) in dimensions { root.add(name, value) }
      for metric in directives.lazy.flatMap(\.metrics) {
        root.array(metric.name) { values in
          for value in metric.values { values.add(value) }
        }
      }
    } + [UInt8(ascii: "\n")]
  }

  private func add(_ directive: Directive, to object: inout JSONObjectWriter) {
    object.add("Namespace", namespace)
    object.array("Dimensions") { sets in
      for set in directive.dimensionSets {
        sets.array { names in
          for name in set { names.add(name) }
        }
      }
    }
    object.array("Metrics") { metrics in
      for metric in directive.metrics {
        metrics.object {
          $0.add("Name", metric.name)
          $0.add("Unit", metric.unit.rawValue)
        }
      }
    }
  }
}
