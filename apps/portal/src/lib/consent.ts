/** The uses a maker is asked about, one line each, in the words they answer to. */
export const uses: { use: string; ask: string; word: string }[] = [
  { use: 'train_base', word: 'train the common model', ask: 'Our common model may learn from it.' },
  { use: 'fine_tune_own', word: 'fine-tune my own model', ask: 'A model of my own may learn from it.' },
  {
    use: 'fine_tune_shared',
    word: 'fine-tune shared models',
    ask: 'Models that members share may learn from it.',
  },
  {
    use: 'style_name_prompting',
    word: 'prompts with my name',
    ask: 'People may write my name into a prompt.',
  },
  { use: 'publish', word: 'show it', ask: 'It may be shown here as a picture.' },
  {
    use: 'export_weights',
    word: 'give away what learned from it',
    ask: 'Models that learned from it may leave this house.',
  },
  { use: 'data_mining', word: 'text and data mining', ask: 'It may be used for statistics and research.' },
];

export const wordOf = (use: string): string =>
  uses.find((one) => one.use === use)?.word ?? use.replaceAll('_', ' ');

const reasons: Record<string, string> = {
  dedicated_to_all: 'its maker gave it to everyone',
  consented: 'its maker said yes',
  no_consent: 'nobody said yes',
  revoked: 'its maker took the yes back',
  refused: 'its maker said no',
  expired: 'the yes has run out',
  not_accepted_by_policy: 'our policy does not accept this ground',
};
export const because = (code: string): string => reasons[code] ?? code.replaceAll('_', ' ');

/** "LicenseRef-all-rights-reserved" → "all rights reserved"; identifiers of SPDX and addresses stay as they are. */
export const licenceOf = (licence: string): string =>
  licence.startsWith('LicenseRef-') ? licence.slice('LicenseRef-'.length).replaceAll('-', ' ') : licence;
