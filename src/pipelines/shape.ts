import { getMetadataStorage, validateSync } from 'class-validator';
import { nearest } from '../core/lint/nearest.js';
import {
  childrenOf,
  COLUMN,
  COLUMN_EXPECTED,
  type Child,
  type ChildType,
  type Constructor,
} from './dto/constraints.js';

export interface ShapeFault {
  readonly code: 'type' | 'value' | 'unknown-key' | 'missing' | 'too-many';
  readonly message: string;
  readonly path: readonly (string | number)[];
}

type Path = readonly (string | number)[];

/**
 * Holds plain data against a DTO class and what stands below it: class-validator judges one object at a time (whitelisted, unknown
 * keys forbidden), this walk adds dictionaries, variants and paths. Reports every fault, not only the first.
 */
export function shapeFaults(type: Constructor, value: unknown): readonly ShapeFault[] {
  const faults: ShapeFault[] = [];
  checkObject(type, value, [], faults);
  return faults;
}

/** Property names of a DTO class. */
export function propertiesOf(type: Constructor): readonly string[] {
  const metadata = getMetadataStorage().getTargetValidationMetadatas(type, '', true, false);
  return [...new Set(metadata.map(({ propertyName }) => propertyName))];
}

function checkObject(type: Constructor, value: unknown, path: Path, faults: ShapeFault[]): void {
  if (!isMapping(value)) {
    faults.push({ code: 'type', message: `expected a mapping, found ${kindOf(value)}`, path });
    return;
  }
  const properties = propertiesOf(type);
  const instance = new type() as Record<string, unknown>;
  for (const [key, of] of Object.entries(value)) {
    if (!properties.includes(key)) faults.push(unknownKey(key, properties, [...path, key]));
    else if (of === null)
      faults.push({
        code: 'type',
        message: 'expected a value, found nothing; leave the key out',
        path: [...path, key],
      });
    else instance[key] = of;
  }
  const emptied = new Set(Object.keys(value).filter((key) => value[key] === null));
  const problems = validateSync(instance, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
  });
  for (const { property, constraints, value: of } of problems) {
    if (emptied.has(property)) continue;
    const message = Object.values(constraints ?? {})[0] ?? 'not valid';
    if (of === undefined)
      faults.push({
        code: 'missing',
        message: `${property} is missing: ${message}`,
        path: [...path, property],
      });
    else
      faults.push({
        code: 'value',
        message: `${message}, found ${shownValue(of)}`,
        path: [...path, property],
      });
  }
  for (const [property, { child, optional }] of childrenOf(type)) {
    const below = instance[property];
    const at = [...path, property];
    if (below !== undefined) checkChild(child, below, at, faults);
    else if (!optional && !emptied.has(property))
      faults.push({ code: 'missing', message: `${property} is missing`, path: at });
  }
}

function checkChild(child: Child, value: unknown, path: Path, faults: ShapeFault[]): void {
  switch (child.kind) {
    case 'object':
      if (child.orText === true && typeof value === 'string') {
        if (!COLUMN.test(value)) faults.push({ code: 'value', message: `expected ${COLUMN_EXPECTED}`, path });
      } else checkTyped(child.type, value, path, faults);
      return;
    case 'list':
      if (!Array.isArray(value)) {
        faults.push({ code: 'type', message: `expected a list, found ${kindOf(value)}`, path });
        return;
      }
      checkSize(value.length, child, path, faults);
      value.slice(0, child.max).forEach((item, i) => checkTyped(child.type, item, [...path, i], faults));
      return;
    case 'dictionary':
    case 'words':
      checkDictionary(child, value, path, faults);
      return;
  }
}

function checkDictionary(
  child: Extract<Child, { kind: 'dictionary' | 'words' }>,
  value: unknown,
  path: Path,
  faults: ShapeFault[],
): void {
  if (!isMapping(value)) {
    faults.push({ code: 'type', message: `expected a mapping, found ${kindOf(value)}`, path });
    return;
  }
  const entries = Object.entries(value);
  checkSize(
    entries.length,
    { min: child.kind === 'dictionary' ? child.min : 0, max: child.max },
    path,
    faults,
  );
  for (const [name, of] of entries.slice(0, child.max)) {
    const at = [...path, name];
    if (!child.names.test(name))
      faults.push({
        code: 'value',
        message: `expected ${child.kind === 'dictionary' ? child.expected : 'a name'}, found ${shownValue(name)}`,
        path: at,
      });
    if (child.kind === 'dictionary') checkTyped(child.type, of, at, faults);
    else if (child.values !== null && !child.values.includes(of as string))
      faults.push({
        code: 'value',
        message: `expected ${child.values.join(', ')}, found ${shownValue(of)}`,
        path: at,
      });
    else if (typeof of !== 'string' || of.length > 200)
      faults.push({
        code: 'value',
        message: `expected text of at most 200 characters, found ${shownValue(of)}`,
        path: at,
      });
  }
}

function checkTyped(type: ChildType, value: unknown, path: Path, faults: ShapeFault[]): void {
  if (typeof type === 'function') {
    checkObject(type(), value, path, faults);
    return;
  }
  if (!isMapping(value)) {
    faults.push({
      code: 'type',
      message: `expected a mapping with ${type.by}, found ${kindOf(value)}`,
      path,
    });
    return;
  }
  const classes = type.classes();
  const names = Object.keys(classes);
  const chosen = value[type.by];
  const variant = typeof chosen === 'string' && Object.hasOwn(classes, chosen) ? classes[chosen] : undefined;
  if (variant !== undefined) checkObject(variant, value, path, faults);
  else if (chosen === undefined)
    faults.push({
      code: 'missing',
      message: `${type.by} is missing: expected ${names.join(', ')}`,
      path: [...path, type.by],
    });
  else
    faults.push({
      code: 'value',
      message: `expected ${names.join(', ')}, found ${shownValue(chosen)}${typeof chosen === 'string' ? didYouMean(chosen, names) : ''}`,
      path: [...path, type.by],
    });
}

function checkSize(
  size: number,
  { min, max }: { readonly min: number; readonly max: number },
  path: Path,
  faults: ShapeFault[],
): void {
  if (size < min) faults.push({ code: 'value', message: `expected at least ${String(min)} entry`, path });
  if (size > max)
    faults.push({
      code: 'too-many',
      message: `expected at most ${String(max)} entries, found ${String(size)}`,
      path,
    });
}

function unknownKey(key: string, properties: readonly string[], path: Path): ShapeFault {
  return {
    code: 'unknown-key',
    message: `unknown key ${shownValue(key)}${didYouMean(key, properties) || `; expected ${properties.join(', ')}`}`,
    path,
  };
}

function didYouMean(name: string, names: readonly string[]): string {
  const guess = nearest(name, names);
  return guess === null ? '' : `; did you mean ${guess}?`;
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a mapping' : shownValue(value);
}

function shownValue(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value.length > 60 ? `${JSON.stringify(value.slice(0, 60))}…` : JSON.stringify(value);
    case 'number':
    case 'boolean':
    case 'bigint':
      return String(value);
    default:
      return Array.isArray(value)
        ? 'a list'
        : value === null || value === undefined
          ? 'nothing'
          : 'a mapping';
  }
}
