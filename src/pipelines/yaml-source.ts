import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  visit,
  type Document,
  type Node,
  type Pair,
  type Scalar,
  type YAMLMap,
} from 'yaml';

export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface YamlFault extends Position {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly message: string;
}

export interface YamlSource {
  /** Plain data; `undefined` when the text could not be read. */
  readonly value: unknown;
  readonly faults: readonly YamlFault[];
  /** Where a path stands: its key, or the nearest key above when it is not there. */
  readonly positionOf: (path: readonly (string | number)[]) => Position;
}

/** A pipeline has some kilobytes; what is larger is another file. */
export const MAX_BYTES = 1_000_000;
const MAX_DEPTH = 40;
const START: Position = { line: 1, column: 1 };

/** Reads one document of YAML 1.2 (core schema), without anchors, aliases, tags and duplicate keys. Never throws on bad text. */
export function readYaml(text: string): YamlSource {
  const early = unreadable(text);
  if (early !== null) return failure(early);
  const lines = new LineCounter();
  try {
    return parsed(text, lines);
  } catch (error) {
    // The parser recurses: text nested deep enough ends its stack before our own limit is looked at.
    if (!(error instanceof RangeError)) throw error;
    return failure(tooDeep(START));
  }
}

function parsed(text: string, lines: LineCounter): YamlSource {
  const documents = parseAllDocuments(text, {
    version: '1.2',
    schema: 'core',
    merge: false,
    // The parser compares every key with every other: a file of short keys would take it minutes. `forbidden` looks itself.
    uniqueKeys: false,
    lineCounter: lines,
    prettyErrors: false,
  });
  const membersOf = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();
  const members = (map: YAMLMap): ReadonlyMap<string, Pair> => {
    const known = membersOf.get(map) ?? indexed(map);
    membersOf.set(map, known);
    return known;
  };
  const place = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const [document, second] = Array.isArray(documents) ? documents : [];
  if (document === undefined)
    return failure({ severity: 'error', code: 'yaml-empty', message: 'the file is empty', ...START });
  const faults: YamlFault[] = [...document.errors, ...document.warnings].map((error) => ({
    severity: 'error',
    code: `yaml-${error.code.toLowerCase().replaceAll('_', '-')}`,
    message: error.message,
    ...place(error.pos[0]),
  }));
  if (second !== undefined) {
    faults.push({
      severity: 'error',
      code: 'yaml-multiple-docs',
      message: 'expected one document a file; split it at ---',
      ...place(second.range[0]),
    });
  }
  faults.push(...forbidden(document, place));
  const readable = !faults.some(({ severity }) => severity === 'error');
  return {
    value: readable ? (document.toJS({ maxAliasCount: 0 }) as unknown) : undefined,
    faults,
    positionOf: (path) => locate(document, path, members, place),
  };
}

function unreadable(text: string): YamlFault | null {
  const error = { severity: 'error', ...START } as const;
  if (text.length > MAX_BYTES)
    return {
      ...error,
      code: 'yaml-too-large',
      message: `expected at most ${String(MAX_BYTES)} characters, found ${String(text.length)}`,
    };
  // All control characters but tab and line ends, and what undecodable bytes become.
  const bad = /(?![\t\r\n])[\p{Cc}\ufffd]/u.exec(text);
  if (bad !== null) {
    const before = text.slice(0, bad.index);
    const position = { line: before.split('\n').length, column: bad.index - before.lastIndexOf('\n') };
    const code = (bad[0].codePointAt(0) ?? 0).toString(16).padStart(4, '0');
    const message =
      bad[0] === '\ufffd'
        ? 'expected UTF-8 text'
        : `expected text, found the control character U+${code.toUpperCase()}`;
    return { severity: 'error', code: 'yaml-not-text', message, ...position };
  }
  return nestedTooDeep(text) ? tooDeep(START) : null;
}

/** Brackets alone can nest without end on one line; what indentation nests is bounded by the size of the file. */
function nestedTooDeep(text: string): boolean {
  return new RegExp(`(?:[[{]\\s*){${String(MAX_DEPTH)}}|(?:- ){${String(MAX_DEPTH)}}`).test(text);
}

function tooDeep(position: Position): YamlFault {
  return {
    severity: 'error',
    code: 'yaml-too-deep',
    message: `expected at most ${String(MAX_DEPTH)} levels`,
    ...position,
  };
}

function failure(fault: YamlFault): YamlSource {
  return { value: undefined, faults: [fault], positionOf: () => START };
}

/** Words that YAML 1.1 tools read as booleans: `NO` for Norway becomes false there. */
const WORD_BOOLEANS = /^(?:y|n|yes|no|on|off)$/i;

function forbidden(document: Document, place: (offset: number) => Position): readonly YamlFault[] {
  const faults: YamlFault[] = [];
  const add = (severity: YamlFault['severity'], code: string, message: string, node: Node): void => {
    faults.push({ severity, code, message, ...place(node.range?.[0] ?? 0) });
  };
  let deepest = false;
  visit(document, {
    Node: (_key, node, path) => {
      if (isMap(node)) checkKeys(node, add);
      if (isAlias(node)) add('error', 'yaml-alias', 'aliases are not allowed; write the value out', node);
      else if (node.anchor !== undefined)
        add('error', 'yaml-anchor', 'anchors are not allowed; write the value out', node);
      if (node.tag !== undefined && isExplicitTag(node.tag, node))
        add('error', 'yaml-tag', `tags are not allowed: ${node.tag}`, node);
      if (isScalar(node) && node.type === 'PLAIN' && WORD_BOOLEANS.test(node.source ?? '')) {
        add(
          'warning',
          'yaml-word-boolean',
          `${node.source ?? ''} is text here, but a boolean to YAML 1.1 tools; quote it`,
          node,
        );
      }
      if (path.length > MAX_DEPTH * 2 && !deepest) {
        deepest = true;
        add('error', 'yaml-too-deep', `expected at most ${String(MAX_DEPTH)} levels`, node);
        return visit.SKIP;
      }
      return undefined;
    },
  });
  return faults;
}

/** A key is a scalar, and as text it is there once: `1` and `"1"` would become one member. */
function checkKeys(
  map: YAMLMap,
  add: (severity: YamlFault['severity'], code: string, message: string, node: Node) => void,
): void {
  const seen = new Set<string>();
  for (const { key } of map.items) {
    if (!isScalar(key)) {
      add('error', 'yaml-key', 'expected text as key, found a collection', isNode(key) ? key : map);
      continue;
    }
    const text = keyText(key);
    if (seen.has(text)) add('error', 'yaml-duplicate-key', 'keys must be unique', key);
    seen.add(text);
  }
}

/** As it becomes a member of plain data. */
function keyText({ value }: Scalar): string {
  return value === null ? '' : (value as string | number | boolean).toString();
}

/** The parser resolves untagged values to core tags itself, but keeps `tag` only where one was written. */
function isExplicitTag(tag: string, node: Node): boolean {
  return (
    !(isMap(node) && tag === 'tag:yaml.org,2002:map') && !(isSeq(node) && tag === 'tag:yaml.org,2002:seq')
  );
}

function locate(
  document: Document,
  path: readonly (string | number)[],
  members: (map: YAMLMap) => ReadonlyMap<string, Pair>,
  place: (offset: number) => Position,
): Position {
  let node: unknown = document.contents;
  let offset = document.contents?.range?.[0] ?? 0;
  for (const part of path) {
    if (isMap(node)) {
      const pair = members(node).get(String(part));
      if (pair === undefined) break;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      const item: unknown = node.items[Number(part)];
      if (item === undefined) break;
      offset = (item as Node).range?.[0] ?? offset;
      node = item;
    } else break;
  }
  return place(offset);
}

function indexed(map: YAMLMap): ReadonlyMap<string, Pair> {
  return new Map(
    map.items.flatMap((pair) => (isScalar(pair.key) ? [[keyText(pair.key), pair] as const] : [])),
  );
}
