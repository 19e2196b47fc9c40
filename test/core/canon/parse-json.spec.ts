import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseJson } from '../../../src/core/canon/parse-json.js';
import { stableStringify, type Json } from '../../../src/core/value.js';

describe('parseJson', () => {
  it.each([
    ['{"a":0,"\\\\":0}', '{"a":0,"\\n":0}', ['a', '\n']],
    ['{"b":0,"\\\\":0}', '{"b":0,"\\"":0}', ['b', '"']],
    ['{"c":0,"\\\\":0}', '{"c":0,"\\ud800" :0}', ['c', '\ud800']],
    ['{"d":0,"\\\\n":0}', '{"d":0,"\\nx":0}', ['d', '\nx']],
    ['{"e":0,"ab\\\\":0}', '{"e":0,"ab\\t"\n:0}', ['e', 'ab\t']],
    ['{"f":0,"a\\\\":0}', '{"f":0,"a\\"b":0}', ['f', 'a"b']],
  ])('after %s reads %s with the keys that it has', (before, text, keys) => {
    parseJson(before);
    JSON.parse(before);
    const value = parseJson(text) as Record<string, Json>;
    expect(Object.keys(value)).toEqual(keys);
  });

  it('keeps keys that look like the spelling it uses itself', () => {
    const value = { '\ue000': 1, '\ue000000a': 2, '\n': 3, __proto__x: { '\ue0000': [{ '\t': 4 }] } };
    expect(parseJson(JSON.stringify(value))).toEqual(value);
    expect(Object.keys(parseJson('{"__proto__": 1, "\\n": 2}') as object)).toEqual(['__proto__', '\n']);
  });

  it('lets the last of two equal keys stand, as JSON.parse does', () => {
    expect(parseJson('{"\\n": 1, "\\u000a": 2}')).toEqual({ '\n': 2 });
    expect(parseJson('{"a": 1, "\\u0061": 2}')).toEqual({ a: 2 });
  });

  it('refuses what JSON.parse refuses', () => {
    for (const text of ['', '{', '{"\\x": 1}', '{"a\\": 1}', '["\\n": 1]', '{"\\n": 1,}'])
      expect(() => parseJson(text)).toThrow(SyntaxError);
  });

  it('gives back any value, whatever was read before', () => {
    const key = fc.string({ unit: fc.constantFrom('\\', '\n', '"', 'a', '\ud800', '\ue000', 'n', ':', 'é') });
    const value = fc.letrec<{ json: Json }>((tie) => ({
      json: fc.oneof(
        { depthSize: 'small' },
        key,
        fc.integer(),
        fc.array(tie('json'), { maxLength: 3 }),
        fc.dictionary(key, tie('json'), { maxKeys: 4 }),
      ),
    })).json;
    fc.assert(
      fc.property(value, (json) => {
        expect(stableStringify(parseJson(JSON.stringify(json)))).toBe(stableStringify(json));
        expect(stableStringify(parseJson(JSON.stringify(json, null, 1)))).toBe(stableStringify(json));
      }),
      { numRuns: 2_000 },
    );
  });
});
