import type { SaxesTagNS } from 'saxes';

const RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';
const DC = 'http://purl.org/dc/elements/1.1/';
const CC = ['http://web.resource.org/cc/', 'http://creativecommons.org/ns#'];
const MAX_FIELD = 4000;
const MAX_KEYWORDS = 200;

/** What a file says about itself, untouched. Empty where it says nothing. */
export interface SelfDescription {
  title: string;
  author: string;
  licence: string;
  description: string;
  keywords: string[];
}

/**
 * Collects Dublin Core and Creative Commons statements while an SVG streams by. Namespaces count, prefixes do
 * not. The first `cc:Work` speaks for the file; the agents of rights, publisher and contributor are not its author.
 */
export class DescriptionReader {
  readonly description: SelfDescription = {
    title: '',
    author: '',
    licence: '',
    description: '',
    keywords: [],
  };
  readonly #path: string[] = [];
  #text = '';
  #works = 0;

  open(tag: SaxesTagNS): void {
    const name = nameOf(tag);
    if (name === 'cc:Work') this.#works++;
    this.#path.push(name);
    this.#text = '';
    if (name !== 'cc:license' || !this.#isInWork()) return;
    for (const attribute of Object.values(tag.attributes))
      if (attribute.uri === RDF && attribute.local === 'resource' && this.description.licence === '')
        this.description.licence = attribute.value.trim().slice(0, MAX_FIELD);
  }

  text(text: string): void {
    if (this.#works > 0 && this.#text.length < MAX_FIELD) this.#text += text;
  }

  close(): void {
    const name = this.#path.at(-1);
    const value = this.#text.replace(/\s+/g, ' ').trim().slice(0, MAX_FIELD);
    if (this.#isInWork() && value !== '') this.#keep(name ?? '', value);
    this.#path.pop();
    this.#text = '';
  }

  #isInWork(): boolean {
    return this.#works === 1 && this.#path.includes('cc:Work');
  }

  #keep(name: string, value: string): void {
    const inside = (element: string) => this.#path.includes(element);
    const found = this.description;
    if (inside('dc:creator')) {
      if ((name === 'dc:title' || name === 'dc:creator') && found.author === '') found.author = value;
    } else if (inside('dc:subject')) {
      if (name === 'rdf:li' && found.keywords.length < MAX_KEYWORDS) found.keywords.push(value);
    } else if (inside('dc:rights') || inside('dc:publisher') || inside('dc:contributor')) return;
    else if (name === 'dc:title' && found.title === '') found.title = value;
    else if (name === 'dc:description' && found.description === '') found.description = value;
    else if (name === 'cc:license' && found.licence === '') found.licence = value;
  }
}

function nameOf(tag: SaxesTagNS): string {
  if (tag.uri === DC) return `dc:${tag.local}`;
  if (tag.uri === RDF) return `rdf:${tag.local}`;
  return CC.includes(tag.uri) ? `cc:${tag.local}` : tag.local;
}
