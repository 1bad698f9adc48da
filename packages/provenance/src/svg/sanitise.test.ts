import { describe, expect, it } from 'vitest';
import { collection, drawing } from '../fixtures/drawings.ts';
import { cleanDeclarations, cleanStylesheet } from './css.ts';
import { readSvg } from './sanitise.ts';
import { scrub } from './scrub.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const clean = (text: string): string => {
  const read = readSvg(bytes(text));
  if (!read.ok) throw new Error(`${read.code}: ${read.detail}`);
  return read.svg;
};
const body = (inner: string) => clean(drawing({ body: inner }));

describe('refused', () => {
  const rows: [string, string, string][] = [
    ['a script', drawing({ body: '<script>alert(1)</script>' }), 'svg_script'],
    [
      'a script in a part that would be dropped',
      drawing({
        body: '<foreignObject><p xmlns="http://www.w3.org/1999/xhtml"><script>1</script></p></foreignObject>',
      }),
      'svg_script',
    ],
    [
      'a script by another prefix',
      drawing({ body: '<x:script xmlns:x="http://www.w3.org/2000/svg">1</x:script>' }),
      'svg_script',
    ],
    ['a handler', drawing({ body: '<g onclick="alert(1)"/>' }), 'svg_event_handler'],
    ['a handler in capitals', drawing({ body: '<g ONLOAD="alert(1)"/>' }), 'svg_event_handler'],
    ['a handler on the root', drawing({ root: 'onload="x()"' }), 'svg_event_handler'],
    [
      'a script as an address',
      drawing({ body: '<a xlink:href="javascript:alert(1)"><path d="M0 0"/></a>' }),
      'svg_script',
    ],
    [
      'a script as an address, hidden by a tab',
      drawing({ body: '<a xlink:href="java&#9;script:alert(1)"/>' }),
      'svg_script',
    ],
    ['entities', drawing({ head: '<!DOCTYPE svg [<!ENTITY a "aaaa">]>' }), 'svg_entities'],
    [
      'entities that expand',
      drawing({
        head: '<!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>',
        body: '<text>&b;</text>',
      }),
      'svg_entities',
    ],
    [
      'an entity from elsewhere',
      drawing({ head: '<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>', body: '<text>&a;</text>' }),
      'svg_entities',
    ],
    ['an entity nobody declared', drawing({ body: '<text>&nope;</text>' }), 'svg_malformed'],
    ['not well-formed', drawing({ body: '<g><path></g>' }), 'svg_malformed'],
    ['something after the end', `${drawing({})}<html></html>`, 'svg_malformed'],
    ['a page, not a drawing', '<html><body>hello</body></html>', 'not_an_svg'],
    ['a root of another namespace', '<svg xmlns="urn:other"/>', 'not_an_svg'],
    ['very deep', drawing({ body: `${'<g>'.repeat(300)}${'</g>'.repeat(300)}` }), 'svg_too_complex'],
    ['very many', drawing({ body: '<g/>'.repeat(200_001) }), 'svg_too_complex'],
    ['an unknown encoding', '<?xml version="1.0" encoding="x-klingon"?><svg/>', 'svg_encoding'],
  ];
  it.each(rows)('%s', (_name, text, code) => {
    expect(readSvg(bytes(text))).toMatchObject({ ok: false, code });
  });

  it('bytes that do not fit their encoding', () => {
    expect(readSvg(Uint8Array.of(0x3c, 0x73, 0xff, 0xff, 0x3e))).toMatchObject({ code: 'svg_encoding' });
  });
});

describe('dropped', () => {
  const rows: [string, string, string][] = [
    ['foreign objects', '<foreignObject><p>hi</p></foreignObject><path d="M1 1"/>', 'foreignObject'],
    [
      'animation that would set an address',
      '<a><set attributeName="href" to="javascript:1"/></a>'.replace('javascript:1', 'x'),
      '<set',
    ],
    [
      'a picture from elsewhere',
      '<image xlink:href="http://example.org/a.png" width="9" height="9"/>',
      'example.org',
    ],
    [
      'a picture from the disk',
      '<image xlink:href="/home/heron/a.png" width="9" height="9"/>',
      'heron/a.png',
    ],
    [
      'an SVG inside an address',
      '<image xlink:href="data:image/svg+xml;base64,AAAA" width="9" height="9"/>',
      'svg+xml',
    ],
    ['use of another file', '<use xlink:href="other.svg#a"/>', 'other.svg'],
    ['a fill from elsewhere', '<path d="M1 1" fill="url(http://example.org/#a)"/>', 'example.org'],
    ['a style that fetches', '<path d="M1 1" style="fill:url(//example.org/a)"/>', 'example.org'],
    ['a style hidden by an escape', '<path d="M1 1" style="fill:u\\72l(//example.org/a)"/>', 'example.org'],
    ['an import', '<style>@import url("http://example.org/a.css"); path{fill:red}</style>', 'example.org'],
    [
      'a font from elsewhere',
      '<style>@font-face{src:url(http://example.org/f)} path{fill:red}</style>',
      'example.org',
    ],
    [
      'inkscape’s notes',
      '<path d="M1 1" inkscape:export-filename="C:\\Documents and Settings\\heron\\a.png"/>',
      'heron',
    ],
    ['an e-mail address in a text', '<text>write to heron@example.org</text>', 'example.org'],
    ['a home folder in a title', '<title>/home/heron/a.svg</title>', '/home/'],
  ];
  it.each(rows)('%s', (_name, inner, gone) => {
    expect(body(inner)).not.toContain(gone);
  });

  it('a stylesheet processed from elsewhere, and the doctype', () => {
    const head =
      '<?xml-stylesheet href="http://example.org/a.css"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.0//EN" "http://www.w3.org/TR/svg10.dtd">';
    const text = clean(drawing({ head }));
    expect(text).not.toMatch(/example\.org|DOCTYPE/);
  });

  it('says what it dropped', () => {
    const read = readSvg(bytes(drawing({ body: '<image xlink:href="a.png"/><foreignObject/>' })));
    expect(read.ok && read.dropped).toMatchObject({
      'external reference': 1,
      '<foreignObject>': 1,
      '<metadata>': 1,
    });
  });
});

describe('kept', () => {
  it('shapes, gradients by fragment, styles, inner pictures', () => {
    const text = body(
      '<linearGradient id="a"><stop offset="0" style="stop-color:#fff"/></linearGradient>' +
        '<path d="M1 1" fill="url(#a)"/><use xlink:href="#a"/><style>.b{fill:url(#a)}</style>' +
        '<image xlink:href="data:image/png;base64,iVBORw0KGgo=" width="1" height="1"/>',
    );
    expect(text).toMatch(/fill="url\(#a\)"/);
    expect(text).toContain('xlink:href="#a"');
    expect(text).toContain('.b{fill:url(#a)}');
    expect(text).toContain('data:image/png;base64,iVBORw0KGgo=');
  });

  it('the same bytes a second time: what is clean stays as it is', () => {
    for (const text of collection.values()) {
      const once = clean(text);
      expect(clean(once)).toBe(once);
    }
  });

  it('a size in points as pixels, so that no renderer scales twice', () => {
    expect(clean(drawing({ root: 'width="24pt" height="1in"' }))).toMatch(/width="32" height="96"/);
  });

  it('old files that name no namespace', () => {
    expect(clean('<svg width="9" height="9"><rect width="9" height="9"/></svg>')).toContain('<rect');
  });

  it('Latin-1, when the file says so', () => {
    const text = '<?xml version="1.0" encoding="iso-8859-1"?><svg><title>caf\u00e9</title></svg>';
    const latin = Uint8Array.from(text, (char) => char.charCodeAt(0));
    const read = readSvg(latin);
    expect(read.ok && read.svg).toContain('café');
  });
});

it('reads what the file says of itself, whoever’s prefix it uses', () => {
  const read = readSvg(bytes(drawing({ title: 'two  kites', author: 'ko', keywords: ['kite', 'sky'] })));
  expect(read.ok && read.about).toEqual({
    title: 'two kites',
    author: 'ko',
    licence: 'http://web.resource.org/cc/PublicDomain',
    description: '',
    keywords: ['kite', 'sky'],
  });
});

describe('css', () => {
  it.each([
    ['fill:red;stroke:blue', 'fill:red;stroke:blue'],
    ['fill:red;-moz-binding:url(x)', 'fill:red'],
    ['behavior:url(#x);fill:red', 'fill:red'],
    ['fill:/* a */red', 'fill:red'],
    ['width:expression(alert(1))', ''],
    ['fill:url( "#a" )', 'fill:url( "#a" )'],
    ['fill:url(#a) url(http://example.org)', ''],
  ])('%s', (given, expected) => {
    expect(cleanDeclarations(given)).toBe(expected);
  });

  it('keeps plain rules only', () => {
    expect(cleanStylesheet('@media all{.a{fill:red}} .b , #c{fill:blue} <!-- d{x:y} -->')).toBe(
      '.b , #c{fill:blue}',
    );
  });
});

it.each([
  ['mail heron@example.org now', 'mail  now'],
  ['see file:///home/heron/x.svg', 'see '],
  ['C:\\Documents and Settings\\heron\\a.png', ''],
  ['10/20 and a@b', '10/20 and a@b'],
])('scrubs %s', (given, expected) => {
  expect(scrub(given)).toBe(expected);
});
