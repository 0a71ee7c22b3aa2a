/** Makes an element. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Partial<HTMLElementTagNameMap[Tag]> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** Sets a text where it is another: what is the same is not to be read out again. */
export function say(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Calls what has something done; what goes wrong is said in `status`. */
export async function attempt(status: Element, act: () => Promise<void>): Promise<void> {
  say(status, '');
  await act().catch(({ message }: Error) => say(status, message));
}
