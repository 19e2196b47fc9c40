import { describe, expect, it } from '@jest/globals';
import { CanonError, PlanError } from '../../../src/core/errors.js';
import { compile } from '../../../src/core/pipeline/compile.js';
import type { FieldSpec } from '../../../src/core/pipeline/spec.js';
import { columns, compiled, nothing, review, sides, spec, unit } from './compile-input.js';

describe('a plain text field', () => {
  const plan = compiled({ name: { a: 'name', b: 'company', policy: review } });
  const name = unit(plan, 'name');

  it('passes text through untouched', () => {
    for (const value of ['', ' a ', 'é', null]) {
      expect(name.get('A', value)).toBe(value);
      expect(name.put('B', value, undefined)).toBe(value);
    }
    expect(name.equal('a', 'a')).toBe(true);
    expect(name.equal('a', 'A')).toBe(false);
    expect(name.compareKey(null)).not.toBe(name.compareKey(''));
  });

  it('is a unit of the plan with its columns', () => {
    expect(name).toMatchObject({
      key: 'name',
      isGroup: false,
      type: 'text',
      direction: 'both',
      priority: 'normal',
      pii: false,
      contextOnly: false,
    });
    expect(plan.sides.A).toMatchObject({ side: 'A', label: 'CRM', tier: 'T0', columns: ['name'] });
    expect(plan.sides.B.column.get('company')).toEqual({ unit: 'name', field: 'name' });
    expect(plan).toMatchObject({ pipeline: 'companies', revision: 7, flap: { flips: 4, windowMs: 600_000 } });
    expect(plan.life).toEqual({ aDeleted: 'review', bDeleted: 'review', deleteVsEdit: 'review' });
  });
});

describe('types', () => {
  it('come from the field, else from the column of B, else of A, else are text', () => {
    const schemas = {
      A: columns({ n: 'integer', m: 'decimal', t: 'list', q: 'text' }),
      B: columns({ n: 'decimal', t: 'text' }),
    };
    const plan = compile(
      spec({
        n: { a: 'n', b: 'n', policy: review },
        m: { a: 'm', b: 'elsewhere', policy: review },
        t: {
          a: 't',
          b: { column: 't', read: 'split(value, ";")', write: 'join(value, ";")' },
          policy: review,
        },
        s: { type: 'set', a: 'q', b: 'unknown', policy: review },
        u: { a: 'x', b: 'y', policy: review },
      }),
      schemas,
      sides,
      1,
    );
    expect(plan.units.map(({ key, type }) => [key, type])).toEqual([
      ['n', 'decimal'],
      ['m', 'decimal'],
      ['t', 'list'],
      ['s', 'set'],
      ['u', 'text'],
    ]);
  });

  it('name the field when a raw is not of the type', () => {
    const plan = compiled({ employees: { type: 'integer', a: 'n', b: 'n', policy: review } });
    expect(() => unit(plan, 'employees').get('A', 'many')).toThrow(
      new CanonError('value-type', 'employees', 'a whole number', '"many"'),
    );
  });

  it('write numerics with the scale of their column, so that nothing has to be stored beside them', () => {
    const schemas = {
      A: columns({ p: { type: 'decimal', nativeType: 'numeric(10,2)' } }),
      B: columns({ p: 'decimal' }),
    };
    const price = unit(
      compile(spec({ price: { a: 'p', b: 'p', policy: review } }), schemas, sides, 1),
      'price',
    );
    expect(price.get('A', '1.50')).toBe('1.5');
    expect(price.put('A', '1.5', undefined)).toBe('1.50');
    expect(price.put('B', '1.5', undefined)).toBe('1.5');
  });
});

describe('lenses', () => {
  const plan = compile(
    spec({
      tags: {
        type: 'set',
        a: { column: 'tags', read: 'split(value, ";")', write: 'join(sort(value), ";")' },
        b: 'tags',
        policy: { strategy: 'merge', merge: 'set' },
      },
      active: {
        a: 'status',
        b: 'active',
        type: 'boolean',
        transform: {
          aToB: 'value == "live"',
          bToA: 'value ? "live" : (before == "trial" ? "trial" : "dead")',
        },
        policy: review,
      },
      cents: {
        type: 'integer',
        a: { column: 'eur', read: 'int(round(value * 100.0, 0))', write: 'double(value) / 100.0' },
        b: 'cents',
        policy: review,
      },
      tier: {
        a: 'tier',
        b: 'tier',
        transform: {
          aToB: 'map(value, {"G": "gold", "S": "silver"})',
          bToA: 'unmap(value, {"G": "gold", "S": "silver"})',
        },
        policy: review,
      },
      nick: {
        a: { column: 'nick', read: 'coalesce(value, "none")', write: 'value == "none" ? null : value' },
        b: 'nick',
        policy: review,
      },
    }),
    { A: columns({ eur: { type: 'decimal', nativeType: 'numeric(12,2)' } }), B: undefined },
    sides,
    1,
  );

  it('read and write through expressions', () => {
    expect(unit(plan, 'tags').get('A', 'vip; eu;')).toEqual(['eu', 'vip']);
    expect(unit(plan, 'tags').put('A', ['eu', 'vip'], undefined)).toBe('eu;vip');
    expect(unit(plan, 'tags').get('B', '{vip,eu}')).toEqual(['eu', 'vip']);
    expect(unit(plan, 'cents').get('A', '12.34')).toBe('1234');
    expect(unit(plan, 'cents').put('A', '1230', undefined)).toBe('12.30');
    expect(unit(plan, 'tier').get('A', 'S')).toBe('silver');
    expect(unit(plan, 'tier').put('A', 'gold', undefined)).toBe('G');
  });

  it('give the writing expression what stands there, so that it can be kept', () => {
    expect(unit(plan, 'active').get('A', 'trial')).toBe(false);
    expect(unit(plan, 'active').put('A', false, 'trial')).toBe('trial');
    expect(unit(plan, 'active').put('A', false, 'live')).toBe('dead');
    expect(unit(plan, 'active').put('A', true, 'trial')).toBe('live');
    expect(unit(plan, 'active').put('A', false, undefined)).toBe('dead');
  });

  it('leave a blank blank unless the expression speaks of blanks', () => {
    expect(unit(plan, 'tier').get('A', null)).toBeNull();
    expect(unit(plan, 'tier').put('A', null, 'G')).toBeNull();
    expect(unit(plan, 'nick').get('A', null)).toBe('none');
    expect(unit(plan, 'nick').put('A', 'none', undefined)).toBeNull();
  });

  it('refuse a value that they cannot transform, naming the field', () => {
    expect(() => unit(plan, 'tier').get('A', 'bronze')).toThrow(CanonError);
    expect(() => unit(plan, 'tier').get('A', 'bronze')).toThrow(
      /tier: expected .*the table has no such value.*found "bronze"/,
    );
    expect(() => unit(plan, 'tags').put('A', ['a;b'], undefined)).toThrow(/contains the separator/);
    expect(() => unit(plan, 'cents').get('A', '12345678901234567890.12')).toThrow(/more digits/);
  });

  it('point at the expression that is wrong', () => {
    const wrong = (field: FieldSpec) => {
      try {
        compiled({ f: field });
      } catch (error) {
        return error;
      }
      return undefined;
    };
    expect(wrong({ a: { column: 'x', read: 'trim(valu)' }, b: 'x', policy: review })).toMatchObject({
      name: 'PlanError',
      code: 'expression-invalid',
      path: ['fields', 'f', 'a'],
      position: 5,
    });
    expect(wrong({ a: 'x', b: 'x', transform: { aToB: 'nope(value)' }, policy: review })).toMatchObject({
      code: 'expression-invalid',
      path: ['fields', 'f', 'transform'],
    });
  });
});

describe('comparison', () => {
  const plan = compiled({
    email: { a: 'e', b: 'e', compare: { normalize: ['trim', 'lowercase'] }, policy: review },
    phone: { a: 'p', b: 'p', compare: { normalize: ['digits'] }, policy: review },
    price: { type: 'decimal', a: 'n', b: 'n', compare: { tolerance: 0.01 }, policy: review },
    seen: { type: 'datetime', a: 's', b: 's', compare: { normalize: ['date-only'] }, policy: review },
    tags: { type: 'set', a: 't', b: 't', compare: { normalize: ['lowercase'] }, policy: review },
    raw: { type: 'json', a: 'j', b: 'j', policy: review },
  });
  const rows: [string, unknown, unknown, boolean][] = [
    ['email', ' Ann@X.com', 'ann@x.com', true],
    ['email', 'ann@x.com', 'bob@x.com', false],
    ['email', '  ', null, true],
    ['email', 'x', null, false],
    ['phone', '+49 (30) 1', '49301', true],
    ['price', '1.004', '1', true],
    ['price', '1.006', '1', false],
    ['price', null, '0', false],
    ['seen', '2024-01-02T03:04:05Z', '2024-01-02T09:00:00Z', true],
    ['tags', ['A', 'b'], ['B', 'a'], true],
    ['tags', ['a'], ['a', 'b'], false],
    ['raw', { a: 1, b: [1] }, { b: [1], a: 1 }, true],
    ['raw', { a: 1 }, { a: '1' }, false],
  ];
  it.each(rows)('%s: %j and %j are equal: %s', (key, x, y, expected) => {
    const of = unit(plan, key);
    expect(of.equal(x as never, y as never)).toBe(expected);
    expect(of.compareKey(x as never) === of.compareKey(y as never)).toBe(expected);
  });
});

describe('groups', () => {
  const plan = compile(
    spec(
      {
        name: { a: 'n', b: 'n', policy: review },
        street: { a: 'addr', b: 'street', compare: { normalize: ['trim'] } },
        zip: { a: 'plz', b: 'zip', pii: true },
        stock: { type: 'integer', a: 'stock', b: 'qty' },
      },
      {
        groups: { address: { fields: ['zip', 'street', 'stock'], policy: review } },
        review: { priority: { address: 'high', default: 'low' } },
      },
    ),
    nothing,
    sides,
    1,
  );
  const address = unit(plan, 'address');

  it('are one unit whose value and raw are objects', () => {
    expect(plan.units.map(({ key }) => key)).toEqual(['name', 'address']);
    expect(address).toMatchObject({ isGroup: true, type: 'group', pii: true, priority: 'high' });
    expect(unit(plan, 'name').priority).toBe('low');
    expect(address.members).toEqual([
      { field: 'zip', type: 'text', A: 'plz', B: 'zip' },
      { field: 'street', type: 'text', A: 'addr', B: 'street' },
      { field: 'stock', type: 'integer', A: 'stock', B: 'qty' },
    ]);
    expect(plan.sides.A.columns).toEqual(['n', 'plz', 'addr', 'stock']);
    expect(plan.sides.A.column.get('plz')).toEqual({ unit: 'address', field: 'zip' });
  });

  it('call the lens of each member and miss none', () => {
    expect(address.get('A', { zip: '1', street: 's', stock: '007' })).toEqual({
      zip: '1',
      street: 's',
      stock: '7',
    });
    expect(address.get('A', { zip: '1' })).toEqual({ zip: '1', street: null, stock: null });
    expect(address.put('B', { zip: '1', street: null, stock: '7' }, undefined)).toEqual({
      zip: '1',
      street: null,
      stock: '7',
    });
    expect(() => address.get('A', { zip: '1', street: 's', stock: 'x' })).toThrow(
      /stock: expected a whole number/,
    );
  });

  it('are equal when every member is', () => {
    const one = { zip: '1', street: 's ', stock: '7' };
    expect(address.equal(one, { street: 's', stock: '7', zip: '1' })).toBe(true);
    expect(address.compareKey(one)).toBe(address.compareKey({ street: 's', stock: '7', zip: '1' }));
    expect(address.equal(one, { ...one, zip: '2' })).toBe(false);
    expect(address.compareKey({ zip: '1', street: null, stock: null })).not.toBe(
      address.compareKey({ zip: null, street: '1', stock: null }),
    );
  });
});

describe('policies', () => {
  it('get their defaults', () => {
    const plan = compiled({
      a1: { a: 'a1', b: 'b1', policy: { strategy: 'owner', owner: 'a' } },
      a2: { a: 'a2', b: 'b2', direction: 'aToB', policy: { strategy: 'owner', owner: 'a' } },
      a3: { a: 'a3', b: 'b3', policy: { strategy: 'newest', skew: '5s', tie: 'b' } },
      a4: {
        a: 'a4',
        b: 'b4',
        type: 'integer',
        policy: { strategy: 'merge', merge: 'counter', min: 0, max: 1.5 },
      },
    });
    expect(plan.units.map(({ policy, direction }) => ({ ...policy, direction }))).toEqual([
      { strategy: 'owner', owner: 'A', onForeignEdit: 'accept', direction: 'both' },
      { strategy: 'owner', owner: 'A', onForeignEdit: 'review', direction: 'AtoB' },
      { strategy: 'newest', skewMs: 5000, tie: 'B', direction: 'both' },
      { strategy: 'merge', merge: 'counter', bounds: { min: '0', max: '1.5' }, direction: 'both' },
    ]);
  });

  it('are missed by name', () => {
    expect(() => compiled({ name: { a: 'a', b: 'b' } })).toThrow(
      new PlanError('policy-missing', 'name has no policy', ['fields', 'name', 'policy']),
    );
  });
});
