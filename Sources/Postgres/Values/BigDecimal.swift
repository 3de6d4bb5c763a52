/// A decimal number without limits worth mentioning: PostgreSQL's `numeric`, exact to the last digit.
///
/// It holds what the server holds: the digits, how many of them stand behind the point (`1.50` has two), and beside the
/// finite numbers `NaN` and both infinities, which servers know from version 14 on. It is not for arithmetic: let SQL do
/// that, or make a type of your own of ``description``.
///
/// As in PostgreSQL 1.5 and 1.50 are equal, and so is NaN to itself, which is greater than any other number.
public struct BigDecimal: Sendable, LosslessStringConvertible, ExpressibleByIntegerLiteral {
  /// The codes are those of the binary format.
  enum Sign: UInt16 {
    case positive = 0x0000
    case negative = 0x4000
    case nan = 0xC000
    case infinity = 0xD000
    case negativeInfinity = 0xF000
  }

  let sign: Sign
  /// To the base of 10,000, the most significant one first, without zeros at either end.
  let digits: [UInt16]
  /// The power of 10,000 that the first digit counts.
  let weight: Int
  /// How many decimal digits there are behind the point, zeros at the end included.
  public let scale: Int

  /// What `numeric` has at most: <https://www.postgresql.org/docs/current/datatype-numeric.html>.
  static let maximumIntegerDigits = 131_072
  static let maximumScale = 16_383
  static let base: UInt16 = 10_000

  /// Not a number.
  public static let nan = BigDecimal(.nan)
  /// More than any finite number.
  public static let infinity = BigDecimal(.infinity)
  /// Less than any other number.
  public static let negativeInfinity = BigDecimal(.negativeInfinity)

  private init(_ sign: Sign) {
    self.init(sign: sign, digits: [], weight: 0, scale: 0)
  }

  /// Drops zeros at both ends; zero has no sign.
  init(sign: Sign, digits: [UInt16], weight: Int, scale: Int) {
    let leading = digits.prefix { $0 == 0 }.count
    let end = digits.lastIndex { $0 != 0 }.map { $0 + 1 } ?? leading
    self.digits = Array(digits[leading..<end])
    self.weight = self.digits.isEmpty ? 0 : weight - leading
    self.sign = self.digits.isEmpty && sign == .negative ? .positive : sign
    self.scale = scale
  }

  /// Takes decimal digits, of which the first counts a power of ten. There are at most as many as a text has.
  private init(isNegative: Bool, decimals: [UInt8], exponent: Int, scale: Int) {
    let weight = (exponent >> 2)  // Rounds down.
    let padding = weight * 4 + 3 - exponent
    var digits = [UInt16](repeating: 0, count: (padding + decimals.count + 3) / 4)
    for (position, decimal) in decimals.enumerated() {
      let (digit, place) = (padding + position).quotientAndRemainder(dividingBy: 4)
      digits[digit] += UInt16(decimal) * [1000, 100, 10, 1][place]
    }
    self.init(sign: isNegative ? .negative : .positive, digits: digits, weight: weight, scale: scale)
  }

  /// Makes an integer of that value.
  public init(_ integer: some FixedWidthInteger) {
    var decimals: [UInt8] = []
    var rest = integer.magnitude
    while rest != 0 {
      decimals.append(UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    }
    self.init(isNegative: integer < 0, decimals: decimals.reversed(), exponent: decimals.count - 1, scale: 0)
  }

  /// Makes an integer of a literal.
  public init(integerLiteral value: Int) {
    self.init(value)
  }

  /// Whether it is neither an infinity nor NaN.
  public var isFinite: Bool { sign == .positive || sign == .negative }

  /// Whether it is not a number.
  public var isNaN: Bool { sign == .nan }
}

extension BigDecimal {
  /// Reads a number as SQL has it, `-12.50` or `1.5e-3`, and `NaN`, `Infinity` and `inf` in either case, with or without
  /// a sign; nil for anything else, spaces included, and for a number that `numeric` cannot hold.
  public init?(_ description: String) {
    var text = description.utf8[...]
    let sign = text.first
    let isNegative = sign == UInt8(ascii: "-")
    if isNegative || sign == UInt8(ascii: "+") { text.removeFirst() }
    switch Substring(text).lowercased() {
    case "nan" where text.count == description.utf8.count: self = .nan
    case "infinity", "inf": self = isNegative ? .negativeInfinity : .infinity
    default: self.init(isNegative: isNegative, unsigned: text)
    }
  }

  private init?(isNegative: Bool, unsigned text: Substring.UTF8View) {
    var (decimals, scale, exponent) = ([UInt8](), 0, 0)
    var hasPoint = false
    var rest = text
    scan: while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        decimals.append(byte - UInt8(ascii: "0"))
        if hasPoint { scale += 1 }
      case UInt8(ascii: ".") where !hasPoint: hasPoint = true
      case UInt8(ascii: "e"), UInt8(ascii: "E"):
        // Int takes a plus sign, too. The limit is numeric_in's, which keeps what follows from overflowing.
        let limit = Int(Int32.max) / 2 - 1
        guard let number = Int(Substring(rest)), (-limit...limit).contains(number) else { return nil }
        exponent = number
        break scan
      default: return nil
      }
    }
    guard !decimals.isEmpty else { return nil }
    let leading = decimals.prefix { $0 == 0 }.count
    let first = decimals.count - scale - 1 + exponent - leading
    scale = max(0, scale - exponent)
    guard leading == decimals.count || first < Self.maximumIntegerDigits, scale <= Self.maximumScale else { return nil }
    self.init(isNegative: isNegative, decimals: Array(decimals[leading...]), exponent: first, scale: scale)
  }

  /// The number as the server writes it, without an exponent: `-12.50`. NaN and the infinities are `NaN`, `Infinity` and
  /// `-Infinity`.
  public var description: String {
    switch sign {
    case .nan: return "NaN"
    case .infinity: return "Infinity"
    case .negativeInfinity: return "-Infinity"
    case .positive, .negative: break
    }
    var text: [UInt8] = sign == .negative ? [UInt8(ascii: "-")] : []
    if weight < 0 {
      text.append(UInt8(ascii: "0"))
    } else {
      text.append(contentsOf: String(digit(counting: weight)).utf8)
      for power in stride(from: weight - 1, through: 0, by: -1) { text.append(contentsOf: decimals(counting: power)) }
    }
    if scale > 0 {
      text.append(UInt8(ascii: "."))
      let end = text.count + scale
      var power = -1
      while text.count < end {
        text.append(contentsOf: decimals(counting: power))
        power -= 1
      }
      text.removeLast(text.count - end)
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The digit that counts a power of 10,000.
  private func digit(counting power: Int) -> UInt16 {
    digits.indices.contains(weight - power) ? digits[weight - power] : 0
  }

  private func decimals(counting power: Int) -> [UInt8] {
    let digit = digit(counting: power)
    return [digit / 1000, digit / 100 % 10, digit / 10 % 10, digit % 10].map { UInt8(ascii: "0") + UInt8($0) }
  }
}

extension BigDecimal: Comparable, Hashable {
  /// Whether they are the same number, whatever their scales.
  public static func == (left: BigDecimal, right: BigDecimal) -> Bool {
    left.sign == right.sign && left.weight == right.weight && left.digits == right.digits
  }

  /// Hashes what makes two of them equal.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(sign)
    hasher.combine(weight)
    hasher.combine(digits)
  }

  /// Whether one is less than the other.
  public static func < (left: BigDecimal, right: BigDecimal) -> Bool {
    guard left.rank == right.rank else { return left.rank < right.rank }
    switch left.rank {
    case 1: return left.isLessInMagnitude(than: right)
    case -1: return right.isLessInMagnitude(than: left)
    default: return false
    }
  }

  /// The order of what cannot be compared digit by digit.
  private var rank: Int {
    switch sign {
    case .negativeInfinity: -2
    case .negative: -1
    case .positive: digits.isEmpty ? 0 : 1
    case .infinity: 2
    case .nan: 3
    }
  }

  private func isLessInMagnitude(than other: BigDecimal) -> Bool {
    weight == other.weight ? digits.lexicographicallyPrecedes(other.digits) : weight < other.weight
  }
}

extension Int {
  /// The integer of that value; nil if it is none, or too large.
  public init?(exactly decimal: BigDecimal) {
    // What fits has five digits to the base of 10,000 at most.
    guard decimal.isFinite, decimal.digits.count <= decimal.weight + 1 || decimal.digits.isEmpty, decimal.weight < 5
    else { return nil }
    var value: Int128 = 0
    for position in 0...Swift.max(0, decimal.weight) {
      value *= Int128(BigDecimal.base)
      if decimal.digits.indices.contains(position) { value += Int128(decimal.digits[position]) }
    }
    self.init(exactly: decimal.sign == .negative ? -value : value)
  }
}

// The binary format is that of numeric_send and numeric_recv:
// https://github.com/postgres/postgres/blob/REL_15_STABLE/src/backend/utils/adt/numeric.c.

extension BigDecimal: ParameterEncodable {
  /// `numeric`
  public static var dataType: DataType { .numeric }

  /// Appends eight bytes, and two for each four digits.
  public func encode(into buffer: inout ParameterBuffer) throws(ParameterError) {
    guard let count = UInt16(exactly: digits.count), let weight = Int16(exactly: weight),
      let scale = UInt16(exactly: scale)
    else { throw .outOfRange }
    buffer.append(count)
    buffer.append(weight)
    buffer.append(sign.rawValue)
    buffer.append(scale)
    for digit in digits { buffer.append(digit) }
  }
}

extension BigDecimal: ColumnDecodable {
  /// Reads `numeric`.
  public init(decoding bytes: RawSpan, of type: DataType) throws(ColumnDecodingError) {
    guard type == .numeric else { throw .typeMismatch }
    var bytes = bytes
    let count = Int(try bytes.takeInteger(as: UInt16.self))
    let weight = Int(try bytes.takeInteger(as: Int16.self))
    let sign = Sign(rawValue: try bytes.takeInteger())
    let scale = Int(try bytes.takeInteger(as: UInt16.self))
    guard let sign, scale <= Self.maximumScale, bytes.byteCount == count * 2 else { throw .malformed }
    var digits: [UInt16] = []
    digits.reserveCapacity(count)
    for _ in 0..<count { digits.append(try bytes.takeInteger()) }
    guard digits.allSatisfy({ $0 < Self.base }) else { throw .malformed }
    // Servers give infinities a scale, which means nothing.
    let isFinite = sign == .positive || sign == .negative
    self.init(sign: sign, digits: digits, weight: weight, scale: isFinite ? scale : 0)
    guard isFinite ? !hasDigitsBeyondScale : self.digits.isEmpty else { throw .malformed }
  }

  private var hasDigitsBeyondScale: Bool {
    guard let last = digits.last else { return false }
    let zeros = last % 1000 == 0 ? 3 : last % 100 == 0 ? 2 : last % 10 == 0 ? 1 : 0
    return (digits.count - 1 - weight) * 4 - zeros > scale
  }
}
