import type { ASTNode } from '@marcbachmann/cel-js';
import { ExpressionError } from '../errors.js';

/** What an expression reads and calls, found in its syntax tree. */
export interface Usage {
  /** Paths of names and constant keys: `record["plan"].a` is `['record', 'plan', 'a']`. */
  readonly paths: readonly (readonly string[])[];
  readonly calls: ReadonlySet<string>;
  readonly mentionsNull: boolean;
}

const LOOPS = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);

/**
 * Walks the tree and refuses what would make the cost unbounded: regular expressions (they backtrack), loops inside loops, and
 * bindings (they can double a text at every step).
 */
export function usageOf(root: ASTNode): Usage {
  const paths: string[][] = [];
  const calls = new Set<string>();
  let mentionsNull = false;

  const visit = (node: ASTNode, bound: ReadonlySet<string>, loops: number): void => {
    const path = pathOf(node);
    if (path !== null) {
      if (!bound.has(path[0] ?? '')) paths.push(path);
      return;
    }
    if (node.op === 'value') {
      mentionsNull ||= node.args === null;
      return;
    }
    if (node.op === 'call') calls.add(node.args[0]);
    if (node.op === 'rcall') {
      const [name, receiver, args] = node.args;
      refuse(name, node);
      calls.add(receiver.op === 'id' ? `${receiver.args}.${name}` : name);
      const variable = args[0];
      if (LOOPS.has(name) && args.length >= 2 && variable?.op === 'id') {
        if (loops > 0) throw limit('a loop inside a loop', node);
        visit(receiver, bound, loops);
        const inner = new Set([...bound, variable.args]);
        for (const argument of args.slice(1)) visit(argument, inner, loops + 1);
        return;
      }
    }
    for (const child of childrenOf(node)) visit(child, bound, loops);
  };
  visit(root, new Set(), 0);
  return { paths, calls, mentionsNull };
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

function refuse(method: string, node: ASTNode): void {
  if (method === 'matches')
    throw limit(
      'matches() (regular expressions have no bounded cost; use like(), startsWith(), contains())',
      node,
    );
  if (method === 'bind') throw limit('cel.bind()', node);
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
