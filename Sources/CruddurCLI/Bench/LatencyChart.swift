import Foundation

/// A picture of latencies as an SVG, in light and dark: a panel for each kind of run, in it a line for each function, and
/// on that the percentiles, whose distances grow towards the rare ones that are slow.
struct LatencyChart {
  struct Panel {
    let title: String
    /// One for each function.
    let series: [Latencies]
  }

  let title: String
  let subtitle: String
  /// The functions'.
  let names: [String]
  let panels: [Panel]

  private static let (width, panelHeight, top, bottom) = (760.0, 250.0, 104.0, 34.0)
  private static let (left, right) = (72.0, 24.0)

  private var drawn: [Panel] { panels.filter { panel in panel.series.contains { !$0.sorted.isEmpty } } }

  var svg: String {
    let height = Self.top + Double(drawn.count) * Self.panelHeight + 28
    var parts = [
      """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(text(Self.width)) \(text(height))" role="img" \
      aria-labelledby="title description">
      <title id="title">\(title.escaped)</title>
      <desc id="description">\(description.escaped)</desc>
      <style>
      svg { background: #ffffff; color: #1f2328; font: 12px system-ui, sans-serif; }
      text { fill: currentColor; }
      .title { font-size: 17px; font-weight: 600; }
      .panel { font-size: 13px; font-weight: 600; }
      .quiet { opacity: 0.72; }
      .grid { stroke: currentColor; stroke-opacity: 0.16; }
      .axis { stroke: currentColor; stroke-opacity: 0.6; }
      .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
      .s0 { stroke: #0969da; } .f0 { fill: #0969da; }
      .s1 { stroke: #bc4c00; stroke-dasharray: 7 3; } .f1 { fill: #bc4c00; }
      @media (prefers-color-scheme: dark) {
        svg { background: #0d1117; color: #e6edf3; }
        .s0 { stroke: #58a6ff; } .f0 { fill: #58a6ff; }
        .s1 { stroke: #f0883e; } .f1 { fill: #f0883e; }
      }
      </style>
      <text class="title" x="\(text(Self.left))" y="30">\(title.escaped)</text>
      <text class="quiet" x="\(text(Self.left))" y="50">\(subtitle.escaped)</text>
      """
    ]
    parts.append(legend)
    for (index, panel) in drawn.enumerated() {
      parts.append(self.panel(panel, top: Self.top + Double(index) * Self.panelHeight))
    }
    parts.append(
      """
      <text class="quiet" x="\(text(Self.left))" y="\(text(height - 14))">Across: percentiles, each ten times as rare as \
      the one before. Upwards: the latency, in powers of ten.</text>
      """)
    return parts.joined(separator: "\n") + "\n</svg>\n"
  }

  /// The medians, for whoever does not see the picture.
  private var description: String {
    drawn.map { panel in
      let medians = zip(names, panel.series).compactMap { name, latencies in
        latencies.percentile(50).map { "\(name) \(Self.label($0 / .microseconds(1)))" }
      }
      return "\(panel.title): median \(medians.joined(separator: ", "))."
    }.joined(separator: " ")
  }

  private var legend: String {
    var x = Self.left
    return names.enumerated().map { index, name in
      defer { x += 52 + 7.2 * Double(name.count) }
      return """
        <line class="line s\(index)" x1="\(text(x))" y1="72" x2="\(text(x + 26))" y2="72"/>\
        <text x="\(text(x + 33))" y="76">\(name.escaped)</text>
        """
    }.joined(separator: "\n")
  }

  // MARK: A panel

  private func panel(_ panel: Panel, top: Double) -> String {
    let all = panel.series.flatMap { [$0.sorted.first, $0.sorted.last] }.compactMap(\.self)
    let microseconds = all.map { max($0 / .microseconds(1), 0.1) }
    let y = LogarithmicAxis(
      from: microseconds.min() ?? 1, to: microseconds.max() ?? 1, top: top + 28,
      bottom: top + Self.panelHeight - Self.bottom)
    let count = panel.series.map(\.sorted.count).max() ?? 0
    let x = PercentileAxis(count: count, left: Self.left, right: Self.width - Self.right)
    var parts = ["<text class=\"panel\" x=\"\(text(Self.left))\" y=\"\(text(top + 14))\">\(panel.title.escaped)</text>"]
    for tick in y.ticks {
      parts.append(
        """
        <line class="grid" x1="\(text(x.left))" y1="\(text(y[tick]))" x2="\(text(x.right))" y2="\(text(y[tick]))"/>\
        <text class="quiet" text-anchor="end" x="\(text(x.left - 8))" y="\(text(y[tick] + 4))">\(Self.label(tick))</text>
        """)
    }
    for (percent, name) in x.ticks {
      parts.append(
        """
        <line class="grid" x1="\(text(x[percent]))" y1="\(text(y.top))" x2="\(text(x[percent]))" y2="\(text(y.bottom))"/>\
        <text class="quiet" text-anchor="middle" x="\(text(x[percent]))" y="\(text(y.bottom + 17))">\(name)</text>
        """)
    }
    parts.append(
      """
      <path class="axis" fill="none" \
      d="M\(text(x.left)) \(text(y.top))V\(text(y.bottom))H\(text(x.right))"/>
      """)
    for (index, latencies) in panel.series.enumerated() where !latencies.sorted.isEmpty {
      parts.append("<path class=\"line s\(index)\" d=\"\(path(latencies, x, y))\"/>")
      if let median = latencies.percentile(50) {
        parts.append(
          "<circle class=\"f\(index)\" r=\"3.5\" cx=\"\(text(x[50]))\" cy=\"\(text(y[median / .microseconds(1)]))\"/>")
      }
    }
    return parts.joined(separator: "\n")
  }

  /// A point for every half of a percent of the width, and so for the last few one for each.
  private func path(_ latencies: Latencies, _ x: PercentileAxis, _ y: LogarithmicAxis) -> String {
    var points: [String] = []
    var last: Double?
    for (index, duration) in latencies.sorted.enumerated() {
      let percent = 100 * Double(index + 1) / Double(latencies.sorted.count)
      let position = x[index == 0 ? 0 : percent]
      guard last.map({ position - $0 > 3 }) ?? true || index == latencies.sorted.count - 1 else { continue }
      last = position
      points.append("\(text(position)) \(text(y[duration / .microseconds(1)]))")
    }
    return "M" + points.joined(separator: "L")
  }

  /// A time in the unit in which it is short.
  private static func label(_ microseconds: Double) -> String {
    let steps: [(Double, String)] = [(1, "µs"), (1000, "ms"), (1_000_000, "s")]
    let (size, unit) = steps.last { $0.0 <= microseconds } ?? steps[0]
    let value = microseconds / size
    let digits = value < 10 && value != value.rounded() ? 1 : 0
    return String(format: "%.\(digits)f ", value) + unit
  }

  private func text(_ number: Double) -> String { String(format: "%.1f", number) }
}

/// Times in microseconds, each ten times as far as the one before is at the same distance from it.
private struct LogarithmicAxis {
  let low: Double
  let high: Double
  let top: Double
  let bottom: Double

  /// An axis between round numbers, of which there are 1, 2 and 5 in each power of ten.
  init(from low: Double, to high: Double, top: Double, bottom: Double) {
    (self.low, self.high) = (Self.round(low, .down), Self.round(max(high, low * 1.01), .up))
    (self.top, self.bottom) = (top, bottom)
  }

  private static func round(_ value: Double, _ rule: FloatingPointRoundingRule) -> Double {
    let power = pow(10, log10(value).rounded(.down))
    let steps = [1.0, 2, 5, 10].map { $0 * power }
    return (rule == .up ? steps.first { $0 >= value } : steps.last { $0 <= value }) ?? value
  }

  var ticks: [Double] {
    let exponents = Int(log10(low).rounded(.down))...Int(log10(high).rounded(.up))
    let all = exponents.flatMap { exponent -> [Double] in
      let power = pow(10, Double(exponent))
      return [power, 2 * power, 5 * power]
    }
    return all.filter { $0 >= low * 0.999 && $0 <= high * 1.001 }
  }

  subscript(value: Double) -> Double {
    bottom - (bottom - top) * log(max(value, low) / low) / log(high / low)
  }
}

/// Percentiles, each ten times as rare as the one before at the same distance from it, and the rarest at the end.
private struct PercentileAxis {
  let left: Double
  let right: Double
  private let decades: Double

  init(count: Int, left: Double, right: Double) {
    (self.left, self.right) = (left, right)
    // The maximum is twice as rare as the one before it.
    decades = log10(2 * Double(max(count, 1)))
  }

  var ticks: [(Double, String)] {
    let known = [(0.0, "min"), (50, "p50"), (90, "p90"), (99, "p99"), (99.9, "p99.9"), (99.99, "p99.99")]
    // The last one is the maximum, which needs room for its own name.
    return known.filter { self[$0.0] < right - 42 } + [(100, "max")]
  }

  subscript(percent: Double) -> Double {
    let rarity = percent >= 100 ? decades : min(-log10(1 - percent / 100), decades)
    return left + (right - left) * rarity / decades
  }
}

extension String {
  /// As text of XML.
  fileprivate var escaped: String {
    // Not by characters: an accent that follows makes another one of "&".
    unicodeScalars.reduce(into: "") { text, scalar in
      switch scalar {
      case "&": text += "&amp;"
      case "<": text += "&lt;"
      case ">": text += "&gt;"
      case "\"": text += "&quot;"
      // What XML does not have: https://www.w3.org/TR/xml/#charsets
      case "\0"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": text += " "
      default: text.unicodeScalars.append(scalar)
      }
    }
  }
}
