// JSON as a person reads it: the text as it came, number for number, with line breaks where its structure has them.

/** What lies deeper stays in one line: its indentation would be much longer than the text. */
const deepest = 32;

const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g;

/** The text in lines and with indentation, as nodes; as it is where it is no JSON. */
export function indented(text) {
  if (parsed(text) === undefined) return [text];
  const nodes = [];
  let plain = "";
  let depth = 0;
  const line = (level = depth) => (plain += level > deepest ? "" : `\n${"  ".repeat(depth)}`);
  const tokens = text.match(token) ?? [];
  tokens.forEach((part, index) => {
    const next = tokens[index + 1];
    if ("{[".includes(part)) {
      plain += part;
      depth += 1;
      if (!"}]".includes(next)) line();
    } else if ("}]".includes(part)) {
      depth -= 1;
      if (!"{[".includes(tokens[index - 1])) line(depth + 1);
      plain += part;
    } else if (part === ",") {
      plain += part;
      line();
    } else if (part === ":") {
      plain += ": ";
    } else if (next === ":") {
      nodes.push(plain, key(part));
      plain = "";
    } else {
      plain += part;
    }
  });
  return [...nodes, `${plain}\n`];
}

function key(text) {
  return Object.assign(document.createElement("span"), { className: "key", textContent: text });
}

/** The JSON that is a string in the member `body`, of an HTTP event or answer; null where there is none. */
export function bodyOf(text) {
  const body = parsed(text)?.body;
  return typeof body === "string" && typeof parsed(body) === "object" && parsed(body) ? body : null;
}

/** The value; undefined where it is no JSON. */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
