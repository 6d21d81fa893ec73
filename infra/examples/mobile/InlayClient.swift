// Inlay from an iOS app (iOS 15 and newer, no packages): a photograph goes up in parts that survive a broken line, an edit
// is asked for, and its result comes back. The app holds a client token that its own backend mints, never an API key.
import CryptoKit
import Foundation

struct UploadRequest: Encodable {
  let method: String
  let bytes: Int
  let contentType: String
  let sha256: String
}

struct Upload: Decodable {
  let id: String
  let status: String
  let parts: [UploadPart]
}

struct UploadPart: Decodable {
  let number: Int
  let bytes: Int
  let received: Bool
  let uploadUrl: String?
}

struct EditRequest: Encodable {
  let task: String
  let image: String
  let mask: String
}

struct Edit: Decodable {
  let id: String
  let status: String
  let progress: Double
  let outputs: [EditOutput]
  let error: Problem?
}

struct EditOutput: Decodable {
  let url: String?
}

struct Problem: Decodable, Error {
  let code: String
  let detail: String
  let status: Int
}

struct InlayClient {
  let baseURL: URL
  /// Asks the app's backend for a client token (`POST /v1/client-tokens`); the backend knows who the user is.
  let token: () async throws -> String

  /// Announces a file. Keep the id: with it the upload goes on after a break, and after a launch of the app too.
  func announce(_ file: Data, contentType: String) async throws -> String {
    let sha256 = SHA256.hash(data: file).map { String(format: "%02x", $0) }.joined()
    let body = UploadRequest(method: "parts", bytes: file.count, contentType: contentType, sha256: sha256)
    let upload: Upload = try await call("POST", "/v1/uploads", body: body)
    return upload.id
  }

  /// Sends the parts of a file that have not arrived. Call it again after an error, until it returns.
  func send(_ file: Data, to id: String) async throws {
    let upload: Upload = try await call("GET", "/v1/uploads/\(id)")
    var start = 0
    for part in upload.parts {
      let range = start..<(start + part.bytes)
      start = range.upperBound
      if part.received { continue }
      guard let url = part.uploadUrl.flatMap(URL.init(string:)) else { continue }
      var request = URLRequest(url: url)
      request.httpMethod = "PUT"
      let (data, response) = try await URLSession.shared.upload(for: request, from: file.subdata(in: range))
      try check(response, data)
    }
    if upload.status == "pending" {
      let _: Upload = try await call("POST", "/v1/uploads/\(id)/complete")
    }
  }

  /// Asks for an edit: what is white in the mask goes. The key makes a repeated request the same edit.
  func erase(image: String, mask: String, idempotencyKey: String) async throws -> Edit {
    let body = EditRequest(task: "erase", image: image, mask: mask)
    return try await call("POST", "/v1/edits", body: body, headers: ["Idempotency-Key": idempotencyKey])
  }

  /// The edit once it has ended; `onProgress` hears from 0 to 1.
  func wait(for id: String, onProgress: (Double) -> Void) async throws -> Edit {
    while true {
      let edit: Edit = try await call("GET", "/v1/edits/\(id)")
      switch edit.status {
      case "succeeded": return edit
      case "failed", "canceled", "expired": throw edit.error ?? Problem(code: edit.status, detail: "", status: 0)
      default: onProgress(edit.progress)
      }
      try await Task.sleep(nanoseconds: 1_000_000_000)
    }
  }

  private func call<Answer: Decodable>(_ method: String, _ path: String) async throws -> Answer {
    try await call(method, path, body: nil as String?)
  }

  private func call<Body: Encodable, Answer: Decodable>(
    _ method: String, _ path: String, body: Body?, headers: [String: String] = [:]
  ) async throws -> Answer {
    guard let url = URL(string: path, relativeTo: baseURL) else { throw URLError(.badURL) }
    var request = URLRequest(url: url)
    request.httpMethod = method
    request.setValue("Bearer \(try await token())", forHTTPHeaderField: "Authorization")
    for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
    if let body {
      let encoder = JSONEncoder()
      encoder.keyEncodingStrategy = .convertToSnakeCase
      request.httpBody = try encoder.encode(body)
      request.setValue("application/json", forHTTPHeaderField: "Content-Type")
    }
    let (data, response) = try await URLSession.shared.data(for: request)
    try check(response, data)
    return try decoder.decode(Answer.self, from: data)
  }

  private func check(_ response: URLResponse, _ data: Data) throws {
    let status = (response as? HTTPURLResponse)?.statusCode ?? 0
    if (200..<300).contains(status) { return }
    throw try decoder.decode(Problem.self, from: data)
  }

  private var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return decoder
  }
}
