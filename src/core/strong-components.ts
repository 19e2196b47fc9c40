/** From whom, to whom. */
export type Edge = readonly [from: number, to: number];

/**
 * The strongly connected components of a directed graph, each named by one of its nodes: two nodes have the same name where each can be
 * reached from the other. Two walks along and against the edges (S. R. Kosaraju; M. Sharir, 1981), linear, without recursion.
 */
export function strongComponents(edges: readonly Edge[]): ReadonlyMap<number, number> {
  const along = neighbours(edges);
  const against = neighbours(edges.map(([from, to]): Edge => [to, from]));
  const left: number[] = [];
  const seen = new Set<number>();
  for (const node of new Set(edges.flat())) walk(node, along, seen, (one) => left.push(one));
  const component = new Map<number, number>();
  const placed = new Set<number>();
  for (const node of left.reverse()) walk(node, against, placed, (one) => component.set(one, node));
  return component;
}

type Neighbours = ReadonlyMap<number, readonly number[]>;

function neighbours(edges: readonly Edge[]): Neighbours {
  const of = new Map<number, number[]>();
  for (const [from, to] of edges) {
    const known = of.get(from);
    if (known === undefined) of.set(from, [to]);
    else known.push(to);
  }
  return of;
}

/** Depth first; `leave` is called for a node once everything behind it was left. */
function walk(start: number, of: Neighbours, seen: Set<number>, leave: (node: number) => void): void {
  if (seen.has(start)) return;
  seen.add(start);
  const path = [{ node: start, next: 0 }];
  for (let here = path.at(-1); here !== undefined; here = path.at(-1)) {
    const to = of.get(here.node)?.[here.next++];
    if (to === undefined) {
      path.pop();
      leave(here.node);
    } else if (!seen.has(to)) {
      seen.add(to);
      path.push({ node: to, next: 0 });
    }
  }
}
