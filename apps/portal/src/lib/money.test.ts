import { expect, test } from 'vitest';
import { amountText, finestText, minorOf, permille } from './money.ts';

test.each([
  ['301640', 'EUR', '3,016.40'],
  ['-5', 'EUR', '−0.05'],
  ['0', 'JPY', '0'],
  ['1234567', 'JPY', '1,234,567'],
  ['1500', 'KWD', '1.500'],
  ['999999999999999999', 'EUR', '9,999,999,999,999,999.99'],
])('%s minor units of %s read %s', (minor, currency, text) => {
  expect(amountText(minor, currency)).toBe(text);
});

test.each([
  ['250', 'EUR', '25000'],
  ['2,500.00', 'EUR', '250000'],
  ['1 200,5', 'EUR', '120050'],
  ['1,234', 'EUR', '123400'],
  ['1’234’567.89', 'CHF', '123456789'],
  ['1.250', 'KWD', '1250'],
  ['1200', 'JPY', '1200'],
  ['0.1', 'JPY', null],
  ['12.345', 'EUR', '1234500'],
  ['1.2345', 'EUR', null],
  ['-5', 'EUR', null],
  ['five', 'EUR', null],
  ['', 'EUR', null],
])('“%s” typed in %s is %s minor units', (typed, currency, minor) => {
  expect(minorOf(typed, currency)).toBe(minor);
});

test('a share of nothing is nothing', () => {
  expect(permille('5', '0')).toBe(0);
  expect(permille('1', '3')).toBe(333);
});

const coin = 1n << 64n;
test.each([
  [0n, 'EUR', '0'],
  [(2n * coin) / 3643n, 'EUR', '0.00000548'],
  [coin / 2n, 'EUR', '0.00500'],
  [coin * 3n, 'EUR', '0.0300'],
  [(coin * 5n) / 2n, 'JPY', '2.500'],
  [coin * 12_345n, 'EUR', '123.45'],
  [1n, 'EUR', '0.000000000000000000000542'],
])('%s of 2⁻⁶⁴ minor units of %s read %s', (count, currency, text) => {
  expect(finestText(count, currency)).toBe(text);
});
