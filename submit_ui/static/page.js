// What every script of the page needs: requests with the CSRF token, and numbers as people read them.

const csrfToken = document.querySelector('meta[name="csrf-token"]').content;

/** Ask our own server; a bad answer becomes an Error with its message for people, and how long to wait where that helps. */
export async function ask(url, { method = "GET", body, headers = {} } = {}) {
  const response = await fetch(url, { method, body, headers: { "X-CSRFToken": csrfToken, ...headers } });
  const isJson = response.headers.get("Content-Type")?.includes("json");
  const answer = isJson ? await response.json() : await response.text();
  if (response.ok) return answer;
  const error = new Error(answer?.error?.message ?? `The server answered ${response.status}.`);
  if ([429, 503].includes(response.status)) error.retryAfterS = Number(response.headers.get("Retry-After"));
  throw error;
}

/** Send what may be sent twice, and again for a minute where the server asks to, or a connection broke. */
export async function patiently(send, onWait) {
  const giveUpAt = Date.now() + 60_000;
  for (let attempt = 1; ; attempt++) {
    try {
      return await send();
    } catch (error) {
      const broke = error instanceof TypeError && attempt < 3;  // a TypeError is the network's
      const pauseS = error.retryAfterS || (broke ? attempt / 2 : 0);
      if (!pauseS || Date.now() + pauseS * 1000 > giveUpAt) throw error;
      onWait(`${error.message}; trying again in ${pauseS} s.`);
      await sleep(pauseS * 1000);
    }
  }
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
