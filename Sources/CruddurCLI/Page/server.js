// Requests to `cruddur serve`.

const timeLimit = 90_000; // Milliseconds. A sign-up may take ten attempts of five seconds.

/** Sends a request and reads its whole answer. Does not throw: where no answer comes, the status is 0. */
export async function send(method, path, { body, token } = {}) {
  const headers = {};
  if (body) headers["content-type"] = "application/json";
  if (token) headers.authorization = `Bearer ${token}`;
  const options = { method, headers, body: body && JSON.stringify(body), cache: "no-store" };
  const start = performance.now();
  const answer = await fetch(path, { ...options, signal: AbortSignal.timeout(timeLimit) }).then(read).catch(noAnswer);
  answer.milliseconds = performance.now() - start;
  return answer;
}

async function read(response) {
  const { status, ok, headers, url } = response;
  return { status, ok, body: parse(await response.text()), next: nextPage(headers.get("link"), url) };
}

/** The network's own error says no more than that it failed; the browser's console has it, too. */
function noAnswer() {
  return { status: 0, ok: false, body: null, next: null };
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null; // A proxy's page, for example: the status has to do.
  }
}

/** The path and query of a link header's rel="next" (RFC 8288), whose target may be relative. */
function nextPage(link, base) {
  const target = /<([^>]*)>\s*;\s*rel="?next"?/.exec(link ?? "")?.[1];
  if (target === undefined) return null;
  const { pathname, search } = new URL(target, base);
  return pathname + search;
}
