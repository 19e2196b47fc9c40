import { describe, expect, it } from '@jest/globals';
import { fold } from '../../../src/core/matching/fold.js';
import { likeness } from '../../../src/core/matching/likeness.js';
import { formOf, normalForm } from '../../../src/core/matching/normal-forms.js';
import type { LikenessName, NormalFormName } from '../../../src/core/pipeline/spec.js';

describe('a normal form', () => {
  const same: readonly (readonly [NormalFormName, string, string])[] = [
    ['text', '  Müller & Söhne ', 'MUELLER and Soehne'],
    ['name', 'Šimková, Jana', 'jana SIMKOVA'],
    ['company', 'ACME Widgets, Inc.', 'Acme  Widgets GmbH & Co. KG'],
    ['company', 'The Widget Company Ltd.', 'WIDGET'],
    ['address', '12 Main St., Apt. 4', '12 main street apartment 4'],
    ['address', 'Hauptstr. 5', 'HAUPTSTRASSE 5'],
    ['address', 'Hauptstraße 5', 'Haupt street 5'],
    ['email', ' Ann@X.com', 'mailto:ann@x.com'],
    ['email', 'Ann Lee <ann@x.com>', 'ann@x.com'],
    ['phone', '030 1234567', '+49 (30) 123-4567'],
    ['digits', 'AB-12 34', 'ab1234'],
    ['domain', 'https://www.example.org/about?x', 'someone@example.org'],
  ];
  it.each(same)('%s: %j and %j are the same', (form, x, y) => {
    expect(normalForm(form, x, 'DE')).toBe(normalForm(form, y, 'DE'));
    expect(normalForm(form, x, 'DE')).not.toBeNull();
  });

  it('keeps apart what is not the same', () => {
    expect(normalForm('company', 'Acme')).not.toBe(normalForm('company', 'Acne'));
    expect(normalForm('address', '12 Main St')).not.toBe(normalForm('address', '21 Main St'));
    expect(normalForm('phone', '030 1234567', 'DE')).not.toBe(normalForm('phone', '030 1234567', 'AT'));
  });

  it('is nothing where nothing is left', () => {
    expect(normalForm('text', ' –– ')).toBeNull();
    expect(normalForm('phone', 'none')).toBeNull();
  });

  it('of a company that is nothing but its form is what it is', () => {
    expect(normalForm('company', 'Company Limited')).toBe('company limited');
  });

  it('reads other alphabets', () => {
    expect(fold('Пётр Ильич')).toBe(fold('Petr Ilich'));
  });
});

describe('likeness', () => {
  const of = (as: LikenessName, x: string, y: string): number => {
    const form = formOf(as);
    const text = (value: string): string => (form === null ? value : (normalForm(form, value, 'DE') ?? ''));
    return likeness(as, text(x), text(y));
  };
  const alike: readonly (readonly [LikenessName, string, string, number])[] = [
    ['name', 'Meyer, Anna', 'Anna Maier', 0.9],
    ['name', 'Anna Katharina Schmidt', 'A. Schmidt', 0.85],
    ['name', 'Jonathan Smith', 'Jonathon Smyth', 0.9],
    ['company', 'Hewlett-Packard Company', 'HewlettPackard', 0.9],
    ['company', 'Siemens Aktiengesellschaft', 'Siemens AG', 1],
    ['address', '12 Main St', '12 Main Street', 1],
    ['address', '1280 North McDowell Blvd', '1280 N. Mc Dowell Boulevard', 0.9],
    ['email', 'ann.lee@example.com', 'ann.lee@exmaple.com', 0.9],
    ['phone', '+49 30 1234567', '030 1234576', 0.85],
    ['digits', '10115', '10151', 0.85],
    ['date', '1980-04-03', '1980-03-04', 0.9],
    ['number', '100', '99', 0.95],
  ];
  it.each(alike)('%s: %j and %j are alike', (as, x, y, least) => {
    expect(of(as, x, y)).toBeGreaterThanOrEqual(least);
    expect(of(as, y, x)).toBeCloseTo(of(as, x, y), 6);
  });

  const different: readonly (readonly [LikenessName, string, string, number])[] = [
    ['exact', 'x', 'y', 0],
    ['name', 'Anna Schmidt', 'Peter Wolf', 0.5],
    ['company', 'Intel', 'Fortinet', 0.6],
    ['address', '12 Main Street', '14 Main Street', 0.8],
    ['email', 'ann@x.com', 'bob@y.org', 0.6],
    ['phone', '030 1234567', '030 9999999', 0.6],
    ['digits', '10115', '80331', 0.6],
    ['date', '1980-04-03', '1975-11-30', 0.6],
    ['number', '100', '50', 0.6],
  ];
  it.each(different)('%s: %j and %j are not', (as, x, y, most) => {
    expect(of(as, x, y)).toBeLessThanOrEqual(most);
  });
});
