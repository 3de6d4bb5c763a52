import Foundation

/// Writes a program, by another process: one that this process had open for writing, and a child that another test starts
/// at the same time with it, could not be started ("Text file busy", execve(2)).
public func writeExecutable(_ text: String, to path: String) throws {
  let install = Process()
  install.executableURL = URL(filePath: "/usr/bin/install")
  install.arguments = ["--mode", "755", "/dev/stdin", path]
  let input = Pipe()
  install.standardInput = input
  try install.run()
  try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
  try input.fileHandleForWriting.close()
  install.waitUntilExit()
  guard install.terminationStatus == 0 else { throw TestSupportError("\(path) could not be written.") }
}
