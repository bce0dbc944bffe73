/** Whether a key goes to an input method, which takes or chooses a candidate with it: nobody else may act on it. */
export function isComposing(event: KeyboardEvent): boolean {
  // WebKit ends the composition before the key that ends it arrives; then only this old code tells.
  return event.isComposing || event.keyCode === 229;
}
