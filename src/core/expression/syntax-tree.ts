import type { ASTNode } from '@marcbachmann/cel-js';
import { ExpressionError } from '../errors.js';
import { LIMITS } from './bounds.js';

/** What an expression reads and calls, found in its syntax tree. */
export interface Usage {
  /** Paths of names and constant keys: `record["plan"].a` is `['record', 'plan', 'a']`. */
  readonly paths: readonly (readonly string[])[];
  readonly calls: ReadonlySet<string>;
  readonly mentionsNull: boolean;
  readonly cost: Cost;
}

/** What bounds the work of one run together with the size of the values. */
export interface Cost {
  readonly nodes: number;
  /** Parts of it are done for every member of a list. */
  readonly loops: boolean;
  /** A text is searched for another that is no short literal: the work may be the product of both lengths. */
  readonly searches: boolean;
}

const LOOPS = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);

/** Not allowed, whatever the arguments: no bounded cost, or values of any depth. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ['matches', 'matches() (regular expressions have no bounded cost; use like(), startsWith(), contains())'],
  ['bind', 'cel.bind()'],
  ['lastIndexOf', 'lastIndexOf() (it has no bounded cost)'],
  ['json', 'json()'],
]);

/** Functions and methods that look for one text in another, and the place of what they look for. */
const SEARCHES: ReadonlyMap<string, number> = new Map([
  ['contains', 0],
  ['indexOf', 0],
  ['split', 0],
  ['split()', 1],
  ['join()', 1],
  ['replace()', 1],
]);

/**
 * Walks the tree and refuses what would make the cost unbounded: regular expressions (they backtrack), loops inside loops, and
 * bindings (they can double a text at every step).
 */
export function usageOf(root: ASTNode): Usage {
  const paths: string[][] = [];
  const calls = new Set<string>();
  let mentionsNull = false;
  const cost = { nodes: 0, loops: false, searches: false };

  const visit = (node: ASTNode, bound: ReadonlySet<string>, loops: number): void => {
    cost.nodes++;
    const path = pathOf(node);
    if (path !== null) {
      if (!bound.has(path[0] ?? '')) paths.push(path);
      return;
    }
    if (node.op === 'value') {
      mentionsNull ||= node.args === null;
      return;
    }
    if (node.op === 'call') {
      const [name, args] = node.args;
      calls.add(name);
      if (name === 'duration' && !isShortLiteral(args[0]))
        throw limit('duration() of anything but a short literal', node);
      cost.searches ||= searches(`${name}()`, args);
    }
    if (node.op === 'rcall') {
      const [name, receiver, args] = node.args;
      const refused = REFUSED.get(name);
      if (refused !== undefined) throw limit(refused, node);
      cost.searches ||= searches(name, args);
      calls.add(receiver.op === 'id' ? `${receiver.args}.${name}` : name);
      const variable = args[0];
      if (LOOPS.has(name) && args.length >= 2 && variable?.op === 'id') {
        if (loops > 0) throw limit('a loop inside a loop', node);
        cost.loops = true;
        visit(receiver, bound, loops);
        const inner = new Set([...bound, variable.args]);
        for (const argument of args.slice(1)) visit(argument, inner, loops + 1);
        return;
      }
    }
    for (const child of childrenOf(node)) visit(child, bound, loops);
  };
  visit(root, new Set(), 0);
  return { paths, calls, mentionsNull, cost };
}

function pathOf(node: ASTNode): string[] | null {
  if (node.op === 'id') return [node.args];
  if (node.op === '.') {
    const inner = pathOf(node.args[0]);
    return inner === null ? null : [...inner, node.args[1]];
  }
  if (node.op === '[]') {
    const [object, key] = node.args;
    const inner = pathOf(object);
    return inner === null || key.op !== 'value' || typeof key.args !== 'string' ? null : [...inner, key.args];
  }
  return null;
}

function searches(name: string, args: readonly ASTNode[]): boolean {
  const place = SEARCHES.get(name);
  return place !== undefined && !isShortLiteral(args[place]);
}

function isShortLiteral(node: ASTNode | undefined): boolean {
  return node?.op === 'value' && typeof node.args === 'string' && node.args.length <= LIMITS.pattern;
}

function limit(what: string, node: ASTNode): ExpressionError {
  return new ExpressionError('expression-limit', `not allowed: ${what}`, node.start);
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}

function childrenOf(node: ASTNode): readonly ASTNode[] {
  const found: ASTNode[] = [];
  const collect = (value: unknown): void => {
    if (isNode(value)) found.push(value);
    else if (Array.isArray(value)) value.forEach(collect);
  };
  collect(node.args);
  return found;
}
