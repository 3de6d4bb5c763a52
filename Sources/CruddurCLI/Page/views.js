// What the list of activities may show, each under a fragment of the page's address: so Back leads back.

/** Everybody's activities. */
export const homeView = "#/";

/** The activities of one user. */
export const userView = (handle) => `#/@${encodeURIComponent(handle)}`;

/** An activity, what it replies to, and its replies. */
export const threadView = (uuid) => `#/activities/${encodeURIComponent(uuid)}`;

const pageSize = 20;
const home = {
  heading: "Activities",
  empty: "Nobody has written anything yet.",
  path: `/api/activities/home?limit=${pageSize}`,
  older: "Older",
};

/** The view of a fragment; everybody's activities where it is none. */
export function viewOf(fragment) {
  const [, kind, escaped] = /^#\/(@|activities\/)(.+)$/.exec(fragment) ?? [];
  const name = kind && unescaped(escaped);
  if (!name) return home;
  if (kind !== "@") {
    return {
      heading: "Thread",
      empty: "Nobody has replied yet.",
      path: `/api/activities/${encodeURIComponent(name)}/replies?limit=${pageSize}`,
      older: "Older replies",
      subject: name,
    };
  }
  return {
    heading: `Activities of @${name}`,
    empty: "There is nothing from them, or not any more.",
    // In a query any handle comes through; of a path, API Gateway loses a slash.
    path: `/api/activities?user_handle=${encodeURIComponent(name)}&limit=${pageSize}`,
    older: "Older",
    handle: name,
  };
}

function unescaped(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return null; // Somebody's own spelling.
  }
}
