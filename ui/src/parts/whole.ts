/** Shows a line that is cut off whole, when the pointer rests on it. One that is not has no tooltip, which would be read twice. */
export function whole(element: HTMLElement): () => void {
  const look = (): void => {
    if (element.scrollWidth > element.clientWidth) element.title = element.textContent ?? '';
    else element.removeAttribute('title');
  };
  element.addEventListener('pointerenter', look);
  return () => element.removeEventListener('pointerenter', look);
}
