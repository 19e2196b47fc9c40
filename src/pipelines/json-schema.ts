import { validationMetadatasToSchemas } from 'class-validator-jsonschema';
import {
  childrenOf,
  COLUMN,
  IS_SCALAR,
  type Child,
  type ChildType,
  type Constructor,
} from './dto/constraints.js';
import { ConnectionDto } from './dto/connection.dto.js';
import { HoldSetDto, PipelineDto } from './dto/pipeline.dto.js';
import { propertiesOf } from './shape.js';

type Schema = Record<string, unknown>;

/** The published schemas by file name, made from the DTO classes: one source for validation, editors and documentation. */
export function jsonSchemas(): Readonly<Record<string, Schema>> {
  return {
    'pipeline.schema.json': rootSchema('Pipeline', PipelineDto),
    'connection.schema.json': rootSchema('Connection', ConnectionDto),
  };
}

function rootSchema(title: string, type: Constructor): Schema {
  const definitions = new Map<string, Schema>();
  const leaves = validationMetadatasToSchemas({
    additionalConverters: { [IS_SCALAR]: { type: ['string', 'number', 'boolean'] as never, maxLength: 200 } },
  }) as Readonly<Record<string, LeafSchema>>;
  define(type, definitions, leaves);
  const { [type.name]: root, ...rest } = Object.fromEntries(
    [...definitions].sort(([x], [y]) => (x < y ? -1 : 1)),
  );
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `https://accord.invalid/schemas/${title.toLowerCase()}.schema.json`,
    title,
    ...root,
    $defs: rest,
  };
}

interface LeafSchema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

/** Definitions refer to each other; one that is being made is not made again. */
function define(
  type: Constructor,
  definitions: Map<string, Schema>,
  leaves: Readonly<Record<string, LeafSchema>>,
): void {
  if (definitions.has(type.name)) return;
  definitions.set(type.name, {});
  const leaf = leaves[type.name];
  const children = childrenOf(type);
  const properties: Record<string, Schema> = {};
  const required: string[] = [];
  for (const name of propertiesOf(type)) {
    const below = children.get(name);
    properties[name] =
      below === undefined
        ? orRecord(type, name, leaf?.properties?.[name] ?? {})
        : childSchema(below.child, definitions, leaves);
    const optional =
      below === undefined
        ? !(leaf?.required ?? []).includes(name) && !mayBeRecord(type, name)
        : below.optional;
    if (!optional) required.push(name);
  }
  definitions.set(type.name, {
    type: 'object',
    additionalProperties: false,
    properties,
    ...(required.length > 0 && { required }),
  });
}

/** `fields` of a hold set may also be the word `record`, which class-validator's metadata cannot say; it takes it for optional. */
function mayBeRecord(type: Constructor, name: string): boolean {
  return type === HoldSetDto && name === 'fields';
}

function orRecord(type: Constructor, name: string, schema: Schema): Schema {
  return mayBeRecord(type, name) ? { oneOf: [{ const: 'record' }, schema] } : schema;
}

function childSchema(
  child: Child,
  definitions: Map<string, Schema>,
  leaves: Readonly<Record<string, LeafSchema>>,
): Schema {
  const reference = (type: ChildType): Schema => {
    const types = typeof type === 'function' ? [type()] : Object.values(type.classes());
    for (const of of types) define(of, definitions, leaves);
    const references = types.map((of) => ({ $ref: `#/$defs/${of.name}` }));
    return references.length === 1 ? (references[0] as Schema) : { oneOf: references };
  };
  switch (child.kind) {
    case 'object':
      return child.orText === true
        ? { oneOf: [{ type: 'string', pattern: COLUMN.source }, reference(child.type)] }
        : reference(child.type);
    case 'list':
      return { type: 'array', minItems: child.min, maxItems: child.max, items: reference(child.type) };
    case 'dictionary':
      return dictionary(child.names, child.min, child.max, reference(child.type));
    case 'words':
      return dictionary(
        child.names,
        0,
        child.max,
        child.values === null ? { type: 'string', maxLength: 200 } : { enum: child.values },
      );
  }
}

function dictionary(names: RegExp, min: number, max: number, values: Schema): Schema {
  return {
    type: 'object',
    minProperties: min,
    maxProperties: max,
    propertyNames: { pattern: names.source },
    additionalProperties: values,
  };
}
