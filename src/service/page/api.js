// Requests to the service, with the key where there is one.

const item = "copycat-key";

/** An answer that is no 2xx: `status`, and what its problem document says. */
export class Refused extends Error {
  constructor(status, { detail, retrySeconds }) {
    super(detail);
    this.status = status;
    this.retrySeconds = retrySeconds;
  }
}

export const key = {
  get: () => sessionStorage.getItem(item),
  set: (text) => sessionStorage.setItem(item, text),
  forget: () => sessionStorage.removeItem(item),
};

/** @throws Refused; TypeError when there is no answer */
export async function ask(url, { signal } = {}) {
  const known = key.get();
  const headers = known === null ? {} : { authorization: `Bearer ${known}` };
  const response = await fetch(url, { headers, cache: "no-store", signal });
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  throw new Refused(response.status, {
    detail: problem.detail ?? `${response.status} ${response.statusText}`,
    retrySeconds: Number(response.headers.get("retry-after") ?? 0),
  });
}

export async function askJson(url) {
  const response = await ask(url);
  return response.json();
}

/** Whether the service may be sent work: null, or why not. @throws TypeError when there is no answer */
export async function askReady() {
  try {
    await ask("/readyz");
    return null;
  } catch (error) {
    if (error instanceof Refused) return error.message;
    throw error;
  }
}
