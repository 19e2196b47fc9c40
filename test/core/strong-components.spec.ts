import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { strongComponents, type Edge } from '../../src/core/strong-components.js';

describe('strong components', () => {
  it('are what can be reached both ways, however the edges are given', () => {
    const node = fc.integer({ min: 0, max: 8 });
    fc.assert(
      fc.property(fc.array(fc.tuple(node, node), { maxLength: 25 }), (edges: Edge[]) => {
        const component = strongComponents(edges);
        const reach = reachable(edges);
        const nodes = [...new Set(edges.flat())];
        for (const x of nodes)
          for (const y of nodes)
            expect(component.get(x) === component.get(y)).toBe(
              x === y || (reach.has(`${String(x)} ${String(y)}`) && reach.has(`${String(y)} ${String(x)}`)),
            );
      }),
    );
  });

  it('are found in a chain of a hundred thousand', () => {
    const n = 100_000;
    const chain = Array.from({ length: n }, (_, i): Edge => [i, i + 1]);
    expect(new Set(strongComponents(chain).values()).size).toBe(n + 1);
    expect(new Set(strongComponents([...chain, [n, 0]]).values()).size).toBe(1);
  });
});

/** By trying every way. */
function reachable(edges: readonly Edge[]): ReadonlySet<string> {
  const reach = new Set(edges.map(([from, to]) => `${String(from)} ${String(to)}`));
  for (let grown = true; grown;) {
    grown = false;
    for (const pair of [...reach])
      for (const [from, to] of edges) {
        const longer = `${pair.split(' ')[0] ?? ''} ${String(to)}`;
        if (pair.endsWith(` ${String(from)}`) && !reach.has(longer)) {
          reach.add(longer);
          grown = true;
        }
      }
  }
  return reach;
}
