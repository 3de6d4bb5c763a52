import COpenSSL
import Cruddur
import LocalLambda
import TestSupport
import Testing

@testable import LambdaRuntime

extension EndToEnd {
  /// A process of which a snapshot is taken.
  @Suite struct SnapshotTests {
    @Test func `A snapshot has no connection, and what is restored from it stores sign-ups`() async throws {
      let database = try await Database()
      var options = RuntimeAPI.Options()
      options.isSnapStart = true
      try await withEnvironment(["CONNECTION_URL": database.url], options) { environment, api in
        #expect(await environment.initialize() == nil)
        #expect(await api.holdsSnapshot)
        try await waitUntil { try database.sessions() == 0 }
        for sub in ["s1", "s2"] {
          #expect(await environment.invoke(InvocationRequest(payload: signUp(sub))) == .response(signUp(sub)))
        }
        #expect(try database.sessions() == 1)
      }
      let subs = "SELECT cognito_user_id FROM users ORDER BY 1"
      #expect(try database.postgres.psql(subs, url: database.url) == "s1\ns2")
    }

    @Test func `The connection that there is before a snapshot is closed, and another is made after it`() async throws {
      let database = try await Database()
      let function = try await PreparedFunction(database.url)
      #expect(try database.sessions() == 1)
      for hook in function.setup.snapshotHooks { try await hook() }
      try await waitUntil { try database.sessions() == 0 }
      // Of its time the connect has a quarter of a second, which a busy machine may take.
      try await waitUntil {
        for hook in function.setup.restoreHooks { try await hook() }
        return try database.sessions() == 1
      }
      withExtendedLifetime(function.handler) {}
    }

    @Test func `After a snapshot OpenSSL's random numbers start anew`() async throws {
      let function = try await PreparedFunction(Database().url)
      let before = try reseedCount()
      for hook in function.setup.restoreHooks { try await hook() }
      #expect(try reseedCount() > before)
    }

    /// How often OpenSSL's generator has started from random numbers of the kernel's.
    private func reseedCount() throws -> UInt32 {
      let generator = try #require(RAND_get0_primary(nil))
      var count: UInt32 = 0
      let status = withUnsafeMutablePointer(to: &count) { count in
        // The parameter keeps the pointer to its name, which a string that is passed has for the call alone.
        "reseed_counter".withCString { name in
          var parameters = [OSSL_PARAM_construct_uint(name, count), OSSL_PARAM_construct_end()]
          return EVP_RAND_CTX_get_params(generator, &parameters)
        }
      }
      try #require(status == 1)
      return count
    }
  }
}
