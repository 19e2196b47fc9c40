import { describe, expect, it } from '@jest/globals';
import { mailDomain, mailHeaders } from '../../src/notify/mail-headers.js';
import { oneLine, valueInMail } from '../../src/notify/mail-value.js';

describe('a value in a mail', () => {
  it('is one line: sets and groups as lists, blank as a word, long ones cut', () => {
    expect(valueInMail(['b', 'a'])).toBe('b, a');
    expect(valueInMail({ city: 'Espoo', zip: null })).toBe('city: Espoo, zip: null');
    expect(valueInMail(null)).toBe('(blank)');
    expect(valueInMail('x'.repeat(500))).toHaveLength(120);
  });

  it('never ends in half a character', () => {
    expect(oneLine('x'.repeat(118) + '😀😀')).toBe(`${'x'.repeat(118)}…`);
  });
});

describe('the headers of a mail', () => {
  it('name a domain that is one, also where people use an address', () => {
    expect(mailDomain('https://accord.example.com/x')).toBe('accord.example.com');
    expect(mailDomain('http://127.0.0.1:3000')).toBe('accord.localhost');
    expect(mailDomain('http://[::1]:3000')).toBe('accord.localhost');
  });

  it('stay one line and one id, whatever the thread is called', () => {
    const about = { thread: 'pipeline.a b>\r\nBcc: x', publicUrl: 'https://h', unsubscribe: null };
    expect(mailHeaders(about).References).toBe('<pipeline.a-b---Bcc--x@h>');
  });
});
