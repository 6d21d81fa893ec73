// Inlay from an Android app (kotlinx.serialization and coroutines): a photograph goes up in parts that survive a broken
// line, an edit is asked for, and its result comes back. The app holds a client token that its own backend mints, never an
// API key.
import java.net.HttpURLConnection
import java.net.URL
import java.security.MessageDigest
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.delay
import kotlinx.coroutines.withContext
import kotlinx.serialization.ExperimentalSerializationApi
import kotlinx.serialization.Serializable
import kotlinx.serialization.decodeFromString
import kotlinx.serialization.encodeToString
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonNamingStrategy

@Serializable
data class UploadRequest(
  val method: String,
  val bytes: Int,
  val contentType: String,
  val sha256: String,
)

@Serializable
data class Upload(
  val id: String,
  val status: String,
  val parts: List<UploadPart>,
)

@Serializable
data class UploadPart(
  val number: Int,
  val bytes: Int,
  val received: Boolean,
  val uploadUrl: String?,
)

@Serializable
data class EditRequest(
  val task: String,
  val image: String,
  val mask: String,
)

@Serializable
data class Edit(
  val id: String,
  val status: String,
  val progress: Double,
  val outputs: List<EditOutput>,
  val error: Problem?,
)

@Serializable
data class EditOutput(
  val url: String?,
)

@Serializable
data class Problem(
  val code: String,
  val detail: String,
  val status: Int,
)

class InlayException(val problem: Problem) : Exception(problem.detail)

/** `token` asks the app's backend for a client token (`POST /v1/client-tokens`); the backend knows who the user is. */
class InlayClient(private val baseUrl: String, private val token: suspend () -> String) {

  @OptIn(ExperimentalSerializationApi::class)
  private val json = Json {
    ignoreUnknownKeys = true
    namingStrategy = JsonNamingStrategy.SnakeCase
  }

  /** Announces a file. Keep the id: with it the upload goes on after a break, and after a start of the app too. */
  suspend fun announce(file: ByteArray, contentType: String): String {
    val digest = MessageDigest.getInstance("SHA-256").digest(file)
    val sha256 = digest.joinToString("") { "%02x".format(it) }
    val body = UploadRequest(method = "parts", bytes = file.size, contentType = contentType, sha256 = sha256)
    return json.decodeFromString<Upload>(call("POST", "/v1/uploads", json.encodeToString(body))).id
  }

  /** Sends the parts of a file that have not arrived. Call it again after an error, until it returns. */
  suspend fun send(file: ByteArray, id: String) {
    val upload = json.decodeFromString<Upload>(call("GET", "/v1/uploads/$id"))
    var start = 0
    for (part in upload.parts) {
      val bytes = file.copyOfRange(start, start + part.bytes)
      start += part.bytes
      if (part.received || part.uploadUrl == null) continue
      exchange("PUT", part.uploadUrl, bytes)
    }
    if (upload.status == "pending") call("POST", "/v1/uploads/$id/complete")
  }

  /** Asks for an edit: what is white in the mask goes. The key makes a repeated request the same edit. */
  suspend fun erase(image: String, mask: String, idempotencyKey: String): Edit {
    val body = EditRequest(task = "erase", image = image, mask = mask)
    val headers = mapOf("Idempotency-Key" to idempotencyKey)
    return json.decodeFromString(call("POST", "/v1/edits", json.encodeToString(body), headers))
  }

  /** The edit once it has ended; `onProgress` hears from 0 to 1. */
  suspend fun wait(id: String, onProgress: (Double) -> Unit): Edit {
    while (true) {
      val edit = json.decodeFromString<Edit>(call("GET", "/v1/edits/$id"))
      when (edit.status) {
        "succeeded" -> return edit
        "failed", "canceled", "expired" ->
          throw InlayException(edit.error ?: Problem(code = edit.status, detail = "", status = 0))
        else -> onProgress(edit.progress)
      }
      delay(1_000)
    }
  }

  private suspend fun call(
    method: String,
    path: String,
    body: String? = null,
    headers: Map<String, String> = emptyMap(),
  ): String {
    val type = if (body == null) emptyMap() else mapOf("Content-Type" to "application/json")
    val authorization = mapOf("Authorization" to "Bearer ${token()}")
    return exchange(method, baseUrl + path, body?.encodeToByteArray(), authorization + type + headers)
  }

  private suspend fun exchange(
    method: String,
    url: String,
    body: ByteArray?,
    headers: Map<String, String> = emptyMap(),
  ): String = withContext(Dispatchers.IO) {
    val connection = URL(url).openConnection() as HttpURLConnection
    try {
      connection.requestMethod = method
      for ((name, value) in headers) connection.setRequestProperty(name, value)
      if (body != null) {
        connection.doOutput = true
        connection.setFixedLengthStreamingMode(body.size)
        connection.outputStream.use { it.write(body) }
      }
      if (connection.responseCode in 200..299) {
        connection.inputStream.bufferedReader().readText()
      } else {
        throw InlayException(json.decodeFromString(connection.errorStream.bufferedReader().readText()))
      }
    } finally {
      connection.disconnect()
    }
  }
}
