// The lines of icons, made once each and copied from then on: a list repeats the same few in every row.
import type { IconNode } from 'lucide';

const made = new Map<IconNode, DocumentFragment>();

/** What `node` draws, for an `<svg>` of its own. */
export function drawing(node: IconNode): Node {
  let lines = made.get(node);
  if (lines === undefined) {
    lines = document.createDocumentFragment();
    for (const [tag, attributes] of node) {
      const line = document.createElementNS('http://www.w3.org/2000/svg', tag);
      for (const [name, value] of Object.entries(attributes)) line.setAttribute(name, String(value));
      lines.append(line);
    }
    made.set(node, lines);
  }
  return lines.cloneNode(true);
}
