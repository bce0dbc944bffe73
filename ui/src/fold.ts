/** A text as it is compared in a search: without accents, case, and the difference of ß and ss, of ı and i. */
export function fold(text: string): string {
  // By way of the capitals, which have neither ß nor ı, and a small letter for ẞ first.
  return text.trim().normalize('NFKD').replace(/\p{Mn}/gu, '').toLowerCase().toUpperCase().toLowerCase();
}
