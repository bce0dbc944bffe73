/** The token in what was pasted: a link to the server's page, a deep link, or the token itself. */
export function tokenOf(pasted: string): string {
  const trimmed = pasted.trim();
  const link = /confirm-email\/([^/?#\s]+)/.exec(trimmed);
  return link?.[1] ?? trimmed;
}
