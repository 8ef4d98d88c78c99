// Elements of the page, made of text alone: nothing that is shown is ever read as HTML.

type Child = Node | string | null;

export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K, attributes: Record<string, string> = {}, ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child): child is Node | string => child !== null));
  return element;
}

export function button(text: string, act: () => void, attributes: Record<string, string> = {}): HTMLButtonElement {
  const element = make("button", { type: "button", ...attributes }, text);
  element.addEventListener("click", act);
  return element;
}

const COMMAND = /(make [a-z]+(?:-[a-z]+)*(?:-\d+)?(?: FORCE=1| DESK=[\w/]+)?|`[^`]+`)/;

/** A sentence of the kata, in which a command is a button and code is code. */
export function prose(text: string, act: (command: string) => void): Node[] {
  return text.split(COMMAND).map((piece) => {
    if (/^make [a-z]/.test(piece)) return button(piece, () => act(piece.slice(5)), { class: "command" });
    if (piece.startsWith("`")) return make("code", {}, piece.slice(1, -1));
    return document.createTextNode(piece);
  });
}
