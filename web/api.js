// Talks to the API next to this page, and makes elements. Text goes in as text, never as HTML.

export async function call(path, body) {
  const options = body && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Error("The API cannot be reached. Is it running?");
  }
  const content = await answer.json().catch(() => ({ message: `The API answered ${answer.status} without JSON.` }));
  if (!answer.ok) throw Object.assign(new Error(content.message), { code: content.code });
  return content;
}

export function element(name, { className, ...attributes } = {}, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.map((child) => (child instanceof Node ? child : String(child))));
  return made;
}

export function show(id, ...children) {
  document.getElementById(id).replaceChildren(...children);
}

export const percent = (share, digits = 1) => `${(share * 100).toFixed(digits)}%`;

export function duration(milliseconds) {
  const seconds = Math.max(0, milliseconds / 1000);
  if (seconds < 90) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < 5400) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

export const fileName = (key) => key.replace(/^raw\//, "");
