import JSONCodable
import LambdaRuntime

struct Order: Codable {
  var pieces: Int
  var price: Int
}

struct Bill: Codable, Equatable {
  var total: Int
}

/// Takes an order, `{"pieces":2,"price":5}`, and answers with the bill, `{"total":10}`.
let bill = TypedHandler(json: { (order: Order, _) in Bill(total: order.pieces * order.price) })
