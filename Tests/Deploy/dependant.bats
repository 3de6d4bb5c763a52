#!/usr/bin/env bats
# Somebody's package that depends on this one for its libraries alone, as the README says.
# shellcheck source=helpers.bash
. "$BATS_TEST_DIRNAME/helpers.bash"

setup() {
  make_folder
}

teardown() {
  remove_folder
}

@test "Who depends on the libraries resolves and builds nothing that only a laptop needs" {
  mkdir -p "$folder/theirs/Sources/App"
  cd "$folder/theirs"
  ln -s "$top" ../cruddur
  cat >Package.swift <<'END'
// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "theirs",
  dependencies: [.package(path: "../cruddur", traits: [])],
  targets: [
    .executableTarget(
      name: "App",
      dependencies: [
        .product(name: "LambdaRuntime", package: "cruddur"), .product(name: "Postgres", package: "cruddur"),
      ])
  ])
END
  printf '%s\n' 'import LambdaRuntime' 'import Postgres' 'print(Pool.self, (any Handler).self)' >Sources/App/main.swift
  by_hand swift build
  [ "$status" -eq 0 ]
  [ "$(ls .build/checkouts)" = swift-log ]
  [ "$(.build/debug/App)" = 'Pool Handler' ]
}
