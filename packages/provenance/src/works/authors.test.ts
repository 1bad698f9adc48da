import { describe, expect, it } from 'vitest';
import { authorKey, authorName, isPlaceholderAuthor, repairText } from './authors.ts';
import { readDedication } from './licences.ts';

describe('placeholder authors', () => {
  it.each([
    '',
    '   ',
    '?',
    '...',
    '1234',
    'Unknown',
    'unknown author',
    'ANONYMOUS',
    'none',
    'N/A',
    'n.a.',
    'Your Name',
    '[your name]',
    'me',
    'Open Clip Art Library',
    'openclipart.org',
    'http://www.openclipart.org/',
    'Public Domain',
    'Inkscape',
    'HASH(0x89c79d4)',
    'ARRAY(0x1)',
    '[object Object]',
    'root',
    'unbekannt',
  ])('%j names nobody', (field) => {
    expect(isPlaceholderAuthor(field)).toBe(true);
  });

  it.each([
    'Mo',
    'c...',
    'U',
    'AS',
    'AnonMoos',
    'Rikva',
    'Royal Navy',
    'Anonymous Bosch',
    'fudriot@omic.ch',
    '北斎',
    'Jonadab the Unsightly One',
    'www.jonasstein.de',
    'me and my cat',
    'Open Source Ko',
  ])('%j names somebody', (field) => {
    expect(isPlaceholderAuthor(field)).toBe(false);
  });
});

describe('the name an author goes by', () => {
  it.each([
    ['Ghuul (ghuul@email.cz)', 'Ghuul'],
    ['Matteo Ianeselli <m.ianeselli@flashnet.it>', 'Matteo Ianeselli'],
    ['Jakob [chaosinfaith@hotmail.com]', 'Jakob'],
    ['Graig Ryan Smith - graig@seretogis.org', 'Graig Ryan Smith'],
    ['fabien@omic.ch', 'fabien'],
    ['mailto:ralf@ark.in-berlin.de', 'ralf'],
    ['&Aacute;ki G. Karlsson', 'Áki G. Karlsson'],
    ['Tom&Atilde;&iexcl;&Aring;&iexcl; Kratochv&Atilde;&shy;la', 'Tomáš Kratochvíla'],
    ['  Linda \n Kim ', 'Linda Kim'],
  ])('%s', (field, name) => {
    expect(authorName(field)).toBe(name);
  });

  it('has one key for each way of writing it', () => {
    expect(authorKey('Jean-VIctor  Balin')).toBe(authorKey('Jean-Victor Balin'));
    expect(authorKey('Moisés')).not.toBe(authorKey('Moises'));
  });

  it('leaves whole text alone', () => {
    expect(repairText('Café & Čapek')).toBe('Café & Čapek');
  });
});

it.each([
  ['http://web.resource.org/cc/PublicDomain', 'CC-PDDC'],
  ['http://creativecommons.org/licenses/publicdomain/', 'CC-PDDC'],
  ['https://creativecommons.org/publicdomain/zero/1.0/', 'CC0-1.0'],
  ['CC0', 'CC0-1.0'],
  ['Public Domain', 'LicenseRef-public-domain'],
  ['', 'licence_missing'],
  ['http://creativecommons.org/licenses/GPL/2.0/', 'licence_gpl'],
  ['LGPL', 'licence_gpl'],
  ['https://creativecommons.org/licenses/by-sa/4.0/', 'licence_not_a_dedication'],
  ['CC-BY-NC-4.0', 'licence_not_a_dedication'],
  ['ask me', 'licence_unknown'],
  ['https://example.org/http://web.resource.org/cc/PublicDomain', 'licence_unknown'],
])('reads the licence %j as %s', (field, expected) => {
  const read = readDedication(field);
  expect(read.ok ? read.spdx : read.code).toBe(expected);
});
