// What every script of the page needs: requests with the CSRF token, and numbers as people read them.

const csrfToken = document.querySelector('meta[name="csrf-token"]').content;

/** Ask our own server; a bad answer becomes an Error with its message for people. */
export async function ask(url, { method = "GET", body, headers = {} } = {}) {
  const response = await fetch(url, { method, body, headers: { "X-CSRFToken": csrfToken, ...headers } });
  const isJson = response.headers.get("Content-Type")?.includes("json");
  const answer = isJson ? await response.json() : await response.text();
  if (!response.ok) throw new Error(answer?.error?.message ?? `The server answered ${response.status}.`);
  return answer;
}

export const askJson = (url, value, headers = {}) =>
  ask(url, { method: "POST", body: JSON.stringify(value), headers: { "Content-Type": "application/json", ...headers } });

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Digits in groups of three, as the server writes them. */
export const thousands = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, "\u202f");

export function duration(seconds) {
  if (seconds < 1) return "under 1 s";
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

export function megabytes(bytes) {
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
