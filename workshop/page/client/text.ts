/** The text itself: copy buttons, the contents, and the place where the reader was. */
export function startText(): void {
  addCopyButtons();
}

/** A button on what is typed or read by another program; a folded solution has none. */
function addCopyButtons(): void {
  for (const block of document.querySelectorAll<HTMLElement>('pre[data-copy]')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'copy';
    button.textContent = 'Copy';
    button.addEventListener('click', async () => {
      const { textContent } = block.querySelector('code')!;
      const said = await navigator.clipboard.writeText(textContent).then(
        () => 'Copied',
        () => 'Not copied: select it',
      );
      button.textContent = said;
      setTimeout(() => (button.textContent = 'Copy'), 2000);
    });
    const frame = document.createElement('div');
    frame.className = 'copied';
    block.replaceWith(frame);
    frame.append(block, button);
  }
}
