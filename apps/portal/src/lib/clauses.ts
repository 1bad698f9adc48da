/** The clauses of a policy as fields that a person fills in. */
import { acts, at, inPointer, type Json } from './policy.ts';

interface Common {
  /** JSON Pointer of the clause; `*` stands for the name of a new entry */
  path: string;
  label: string;
  hint?: string;
  /** an empty field takes the clause out */
  blank?: boolean;
  /** an empty field takes out all of this, a filled one puts it in as it usually is */
  whole?: { path: string; usual: Json };
}
export type ClauseField = Common &
  (
    | { form: 'number'; min: number; max: number }
    | { form: 'money' }
    | { form: 'text'; rows: number; max: number }
    | { form: 'names' }
    | { form: 'choice'; choices: [Json, string][] }
    | { form: 'set'; choices: [string, string][] }
  );
export interface ClauseGroup {
  title: string;
  hint?: string;
  fields: ClauseField[];
  /** an entry that can be taken out as a whole */
  removes?: string;
  /** a new entry: the clause it is put under, what its name means, what it holds besides the fields */
  adds?: { under: string; named: string; usual: Json; from?: string[]; name?: string };
}
export interface Part {
  key: string;
  name: string;
  groups: ClauseGroup[];
}
/** What the fields need to know besides the policy. */
export interface Around {
  currency: string;
  models: { id: string; name: string }[];
}
/** What was typed, by name of the field: its path, or `-path` where an entry is taken out. */
export type Typed = Record<string, string>;

type Tree = Record<string, Json>;
const tree = (value: Json | undefined): Tree =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Tree) : {};

const number = (
  path: string,
  label: string,
  min: number,
  max: number,
  more: Partial<Common> = {},
): ClauseField => ({
  path,
  label,
  form: 'number',
  min,
  max,
  ...more,
});
const money = (path: string, label: string): ClauseField => ({ path, label, form: 'money' });
const sentence = (path: string, label: string, rows = 2, max = 1000): ClauseField => ({
  path,
  label,
  form: 'text',
  rows,
  max,
});
const choice = (
  path: string,
  label: string,
  choices: [Json, string][],
  more: Partial<Common> = {},
): ClauseField => ({
  path,
  label,
  form: 'choice',
  choices,
  ...more,
});

export const kindNames: Record<string, string> = {
  safeguard: 'Protect somebody',
  feature: 'What the studio can do',
  rate_card: 'What work is paid',
  call: 'Money for a purpose',
  model: 'Release or retire a model',
  dataset: 'What a model may learn from',
  membership: 'Who belongs',
  election: 'Elect somebody',
  charter: 'What we are for',
  policy: 'Any other rule',
  open: 'Ask everybody',
};
/** What a kind is called inside a sentence. */
function kindWord(kind: string): string {
  return kind.replaceAll('_', ' ');
}

export const methodNames: Record<string, string> = {
  yes_no: 'yes or no',
  approval: 'each one one can live with',
  score: 'points for each',
  schulze: 'ranked, in pairs (Schulze)',
  stv: 'ranked, for several seats (STV)',
  budget: 'money shared out',
};

function safeguards(document: Json): Part {
  const fields = (path: string): ClauseField[] => [
    {
      path: `${path}/names`,
      label: 'Names, one a line',
      form: 'names',
      hint: 'Each way a name is written gets its own line.',
    },
    sentence(`${path}/text`, 'What our machine says when it refuses'),
  ];
  const usual: Json = {
    kind: 'named_living_artist',
    names: [],
    unlessConsent: 'style_name_prompting',
    action: 'refuse',
    text: 'We make nothing in the name of a living artist who has not said yes.',
  };
  const first = at(document, '/safeguards/living-artists') === undefined;
  return {
    key: 'safeguards',
    name: 'What the machine refuses',
    groups: [
      ...Object.keys(tree(at(document, '/safeguards'))).map((name) => {
        const path = `/safeguards/${inPointer(name)}`;
        return { title: name, removes: path, fields: fields(path) };
      }),
      {
        title: 'A new one',
        hint: 'It refuses prompts that name these people. Each can lift it for themself by saying yes.',
        adds: {
          under: '/safeguards',
          named: 'Its short name',
          usual,
          ...(first ? { name: 'living-artists' } : {}),
        },
        fields: fields('/safeguards/*'),
      },
    ],
  };
}

const studio: ClauseGroup = {
  title: 'Making clips',
  fields: [
    number('/studio/promptMaxCharacters', 'Longest prompt, in characters', 1, 100_000),
    number('/studio/captionMaxCharacters', 'Longest caption, in characters', 0, 10_000),
    number('/studio/steps/min', 'Fewest steps', 1, 1000),
    number('/studio/steps/usual', 'Usual steps', 1, 1000),
    number('/studio/steps/max', 'Most steps', 1, 1000),
    number('/studio/outstandingPerMember', 'Clips one member can have waiting', 1, 1000),
    number('/studio/fairWindowHours', 'Hours that count for whose turn it is', 1, 8760),
  ],
};
const teaching: ClauseGroup = {
  title: 'Teaching a hand',
  fields: [
    number('/fineTunes/outstandingPerMember', 'Runs one member can have waiting', 1, 100, {
      whole: {
        path: '/fineTunes',
        usual: {
          outstandingPerMember: 2,
          maxWorks: 300,
          maxSteps: 20_000,
          maxRank: 64,
          maxSheetPictures: 16,
        },
      },
    }),
    number('/fineTunes/maxWorks', 'Most works', 1, 10_000),
    number('/fineTunes/maxSteps', 'Most steps', 1, 1_000_000),
    number('/fineTunes/maxRank', 'Highest rank', 1, 256),
    number('/fineTunes/maxSheetPictures', 'Most pictures to compare', 1, 64),
  ],
};
/** One group for each entry of a collection, and one for a new entry. */
function entries(
  document: Json,
  under: string,
  named: string,
  fields: (path: string) => ClauseField[],
  usual: Json,
  more: { from?: string[]; hint?: string; name?: (key: string) => string } = {},
): ClauseGroup[] {
  return [
    ...Object.keys(tree(at(document, under))).map((key) => {
      const path = `${under}/${inPointer(key)}`;
      return { title: more.name?.(key) ?? key, removes: path, fields: fields(path) };
    }),
    {
      title: 'A new one',
      ...(more.hint ? { hint: more.hint } : {}),
      adds: { under, named, usual, ...(more.from ? { from: more.from } : {}) },
      fields: fields(`${under}/*`),
    },
  ];
}

function studioPart(document: Json): Part {
  const feature = (path: string) => [
    sentence(`${path}/about`, 'What it is'),
    choice(`${path}/on`, 'Switched', [
      [true, 'on'],
      [false, 'off'],
    ]),
  ];
  return {
    key: 'studio',
    name: 'What the studio can do',
    groups: [
      studio,
      teaching,
      ...entries(document, '/features', 'Short name of the switch', feature, { about: '', on: true }),
    ],
  };
}

/** What a rate that some cards lack pays for: by the hour, or as a shared sum, or by the piece. */
function rateFields(document: Json, kind: string, name: string): ClauseField[] {
  const path = `/compensation/rates/${kind}`;
  const rate = at(document, path);
  if (rate === undefined) return [];
  if (typeof rate === 'number') return [money(path, `${name}, a piece, at least`)];
  if (at(document, `${path}/shared`) !== undefined)
    return [money(`${path}/shared`, `${name}, shared by all who did it, at least`)];
  return [
    money(`${path}/hourly`, `${name}, an hour, at least`),
    number(`${path}/mostMinutes`, `${name}, most minutes of a piece`, 1, 1440),
  ];
}

function pay(document: Json): Part {
  const has = (path: string, field: ClauseField) => (at(document, path) === undefined ? [] : [field]);
  return {
    key: 'compensation',
    name: 'What work is paid',
    groups: [
      {
        title: 'Reports',
        fields: [
          money('/compensation/rates/bug', 'A bug report, at least'),
          money('/compensation/rates/critique', 'A critique, at least'),
          money('/compensation/rates/experiment', 'An experiment, at least'),
          money('/compensation/rates/red-team', 'A red-team report, at least'),
          ...has('/compensation/laterShare', {
            ...number(
              '/compensation/laterShare/numerator',
              'Of a finding that was not the first: parts paid',
              0,
              1000,
            ),
          }),
          ...has('/compensation/laterShare', {
            ...number('/compensation/laterShare/denominator', 'of so many parts', 1, 1000),
          }),
        ],
      },
      {
        title: 'Other work',
        fields: [
          ...rateFields(document, 'feedback-session', 'A feedback session'),
          ...rateFields(document, 'translation', 'Translation'),
          ...rateFields(document, 'stewardship', 'Stewardship'),
          ...rateFields(document, 'dataset-curation', 'Curation of a dataset'),
          ...rateFields(document, 'recaptioning', 'New captions'),
        ],
      },
      {
        title: 'Reviews',
        fields: [
          money('/compensation/reviewRate', 'One review'),
          ...has(
            '/compensation/reviewerSeats',
            number('/compensation/reviewerSeats', 'Members drawn to look at a report', 1, 25),
          ),
          number('/compensation/reviewsNeeded', 'Members who decide about a report', 1, 25),
          number('/compensation/reviewDays', 'Days of silence that are a yes', 1, 90),
        ],
      },
      {
        title: 'Royalties',
        fields: [
          money('/compensation/royalty/perGeneration', 'What each clip owes to its works'),
          ...has(
            '/compensation/royalty/perMonth',
            money('/compensation/royalty/perMonth', 'What the clips of a month share'),
          ),
          { ...sentence('/compensation/royalty/fund', 'Out of the fund', 1, 63) },
          number('/compensation/royalty/split/works', 'Parts to the makers', 0, 1000),
          number('/compensation/royalty/split/fund', 'Parts back to the fund', 0, 1000),
        ],
      },
    ].filter(({ fields }) => fields.length > 0),
  };
}

function grants(document: Json): Part {
  const fields = (path: string) => [
    sentence(`${path}/about`, 'What it is for'),
    money(`${path}/amount`, 'How much'),
    sentence(`${path}/fund`, 'Out of the fund', 1, 63),
  ];
  const usual = { about: '', fund: 'main', amount: 0 };
  return {
    key: 'grants',
    name: 'Money for a purpose',
    groups: entries(document, '/grants', 'Short name of the grant', fields, usual),
  };
}

function models(document: Json, around: Around): Part {
  const fields = (path: string) => [
    choice(`${path}/state`, 'From then on it is', [
      ['released', 'released: it makes clips'],
      ['retired', 'retired: it refuses'],
    ]),
    sentence(`${path}/about`, 'Why'),
  ];
  const known = new Set(Object.keys(tree(at(document, '/models'))));
  return {
    key: 'models',
    name: 'Models',
    groups: entries(
      document,
      '/models',
      'Which model',
      fields,
      { state: 'released', about: '' },
      {
        from: around.models.map(({ id }) => id).filter((id) => !known.has(id)),
        hint: 'One that nobody decided about is as it was registered.',
        name: (id) => around.models.find((one) => one.id === id)?.name ?? id,
      },
    ),
  };
}

const learning: Part = {
  key: 'datasets',
  name: 'What a model may learn from',
  groups: [
    {
      title: 'Works it may see',
      hint: 'One’s own consent stays one’s own, whatever the vote.',
      fields: [
        {
          path: '/datasets/acceptedBases',
          label: 'A work is learned from when',
          form: 'set',
          choices: [
            ['public_domain_dedication', 'its makers gave it to everyone'],
            ['member_consent', 'its maker is a member and said yes to this very use'],
          ],
        },
        {
          path: '/datasets/acceptedDedications',
          label: 'Dedications, as SPDX names them, one a line',
          form: 'names',
        },
      ],
    },
  ],
};

function roleChoices(document: Json): [string, string][] {
  return Object.keys(tree(at(document, '/roles'))).map((name) => [name, name]);
}

function membership(document: Json): Part {
  const fields = (path: string): ClauseField[] => [
    sentence(`${path}/about`, 'Who that is'),
    { path: `${path}/may`, label: 'May', form: 'set', choices: Object.entries(acts) },
  ];
  return {
    key: 'membership',
    name: 'Who belongs',
    groups: [
      {
        title: 'Joining',
        fields: [
          {
            path: '/membership/memberRoles',
            label: 'Whoever joins is',
            form: 'set',
            choices: roleChoices(document),
          },
          number('/membership/invitationDays', 'Days an invitation works', 1, 365),
          number('/membership/pseudonym/minCharacters', 'Shortest pseudonym', 1, 40),
          number('/membership/pseudonym/maxCharacters', 'Longest pseudonym', 1, 80),
          number('/membership/passwordMinCharacters', 'Shortest password', 8, 128),
        ],
      },
      ...entries(document, '/roles', 'Name of the role', fields, { about: '', may: [] }),
    ],
  };
}

const charter: Part = {
  key: 'charter',
  name: 'What we are for',
  groups: [
    {
      title: 'The charter',
      hint: 'No machine follows it; it is for people.',
      fields: [{ ...sentence('/charter', 'Its words', 18, 20_000), blank: true }],
    },
  ],
};

const half: Json = { numerator: 1, denominator: 2, of: 'yes_and_no', strict: true };
const moreOrLeast: [Json, string][] = [
  [false, 'at least'],
  [true, 'more than'],
];
const counted: [Json, string][] = [
  ['yes_and_no', 'yes and no'],
  ['cast', 'all ballots'],
  ['eligible', 'all who can vote'],
];

function votingOf(document: Json, kind: string): Part {
  const rule = `/voting/kinds/${kind}`;
  const methods = Object.entries(methodNames).filter(([name]) => name !== 'yes_no');
  return {
    key: `voting-${kind}`,
    name: `How we decide: ${kindWord(kind)}`,
    groups: [
      { title: 'What it is', fields: [sentence(`${rule}/about`, 'In one sentence')] },
      {
        title: 'Who has to take part',
        fields: [
          choice(`${rule}/quorum/strict`, 'Quorum', moreOrLeast),
          number(`${rule}/quorum/numerator`, 'parts', 0, 1000),
          number(`${rule}/quorum/denominator`, 'of so many', 1, 1000),
          number(`${rule}/quorum/atLeast`, 'and never fewer than', 0, 100_000),
          choice(`${rule}/abstentions`, 'Abstaining', [
            ['count_for_quorum', 'counts as taking part'],
            ['ignored', 'counts for nothing'],
          ]),
        ],
      },
      {
        title: 'What it takes to pass',
        fields: [
          choice(`${rule}/threshold/strict`, 'Yes', moreOrLeast),
          number(`${rule}/threshold/numerator`, 'parts', 0, 1000),
          number(`${rule}/threshold/denominator`, 'of so many', 1, 1000),
          choice(`${rule}/threshold/of`, 'among', counted),
        ],
      },
      {
        title: 'When',
        fields: [
          number(`${rule}/discussionHours`, 'Hours to talk', 0, 8760),
          number(`${rule}/votingHours`, 'Hours to vote', 1, 8760),
          number(`${rule}/delayHours`, 'Hours until it takes effect', 0, 8760),
        ],
      },
      {
        title: 'A quorum that is reached late',
        hint: 'Then the vote stays open longer, once. Empty: it closes as it was set.',
        fields: [
          number(`${rule}/lateQuorum/lastHours`, 'Reached in the last hours', 1, 720, {
            whole: { path: `${rule}/lateQuorum`, usual: { lastHours: 12, extendHours: 24 } },
          }),
          number(`${rule}/lateQuorum/extendHours`, 'Hours more', 1, 720),
        ],
      },
      {
        title: 'Several options',
        hint: 'Amendments, answers, candidates. With no method the kind takes none.',
        fields: [
          {
            path: `${rule}/options/methods`,
            label: 'Counted by',
            form: 'set',
            choices: methods,
            whole: {
              path: `${rule}/options`,
              usual: { methods: [], unranked: 'implicit', tie: 'listed_order', scoreMax: 5, maxOptions: 8 },
            },
          },
          choice(`${rule}/options/unranked`, 'What a ballot leaves out', [
            ['implicit', 'stands below all it ranks'],
            ['explicit', 'it says nothing about'],
          ]),
          number(`${rule}/options/scoreMax`, 'Highest score', 1, 1000),
          number(`${rule}/options/maxOptions`, 'Most options', 2, 100),
        ],
      },
      {
        title: 'A second majority',
        hint: 'Those who hold these roles must reach this among themselves too. With no role: none.',
        fields: [
          {
            path: `${rule}/affected/roles`,
            label: 'Roles',
            form: 'set',
            choices: roleChoices(document),
            whole: { path: `${rule}/affected`, usual: { roles: [], threshold: half } },
          },
          choice(`${rule}/affected/threshold/strict`, 'Their yes', moreOrLeast),
          number(`${rule}/affected/threshold/numerator`, 'parts', 0, 1000),
          number(`${rule}/affected/threshold/denominator`, 'of so many', 1, 1000),
          choice(`${rule}/affected/threshold/of`, 'among', counted),
        ],
      },
      {
        title: 'Eyes and interests',
        fields: [
          choice(
            `${rule}/secrecy`,
            'Ballots',
            [
              ['', 'as the program usually does'],
              ['open_at_close', 'closed until the count, then open'],
              ['secret', 'secret: nobody learns who voted how'],
              ['author_chooses', 'open at the count, or secret if the author asks'],
            ],
            { blank: true },
          ),
          choice(
            `${rule}/recusal`,
            'Whoever declared an interest',
            [
              ['', 'votes'],
              ['declared', 'has no vote in it'],
            ],
            { blank: true },
          ),
        ],
      },
    ],
  };
}

function otherParts(document: Json): Part[] {
  const pointers = Object.keys(tree(document)).filter((key) => key !== 'format');
  return [
    {
      key: 'voters',
      name: 'Who can vote',
      groups: [
        {
          title: 'Voters and drafts',
          fields: [
            {
              path: '/voting/eligibleRoles',
              label: 'Those who can vote',
              form: 'set',
              choices: roleChoices(document),
            },
            number('/voting/draftDays', 'Days until a draft lapses', 1, 3650),
          ],
        },
        {
          title: 'Voices and interests',
          fields: [
            choice(
              '/delegation/topics',
              'Members can hand on their voice',
              [
                ['', 'no'],
                ['kinds', 'for one kind of proposal at a time'],
              ],
              {
                whole: { path: '/delegation', usual: { topics: 'kinds', cycles: 'unrepresented' } },
              },
            ),
            choice(
              '/interests/recusal',
              'A declared interest',
              [
                ['', 'is not asked for'],
                ['none', 'takes the vote where the kind says so'],
                ['declared_on_proposal', 'takes the vote on every kind'],
              ],
              {
                whole: { path: '/interests', usual: { recusal: 'none' } },
              },
            ),
          ],
        },
      ],
    },
    {
      key: 'appeals',
      name: 'Appeals',
      groups: [
        {
          title: 'Appeals',
          hint: 'Empty: being refused is the last word.',
          fields: [
            number('/appeals/panelSeats', 'Members drawn for a panel', 1, 25, {
              whole: { path: '/appeals', usual: { panelSeats: 3, answerDays: 7 } },
            }),
            number('/appeals/answerDays', 'Days they have to answer', 1, 90),
          ],
        },
      ],
    },
    {
      key: 'emergencies',
      name: 'Emergencies',
      groups: [
        {
          title: 'Emergencies',
          hint: 'Empty: nothing is done before a vote.',
          fields: [
            number('/emergencies/signers', 'Signatures it takes', 2, 25, {
              whole: {
                path: '/emergencies',
                usual: { signers: 2, maxHours: 72, ratifyHours: 48, clauses: ['/safeguards'] },
              },
            }),
            number('/emergencies/maxHours', 'Hours it holds at most', 1, 72),
            number('/emergencies/ratifyHours', 'Hours of the vote that can keep it', 1, 72),
            {
              path: '/emergencies/clauses',
              label: 'It changes nothing outside',
              form: 'set',
              choices: pointers.map((key) => [`/${key}`, key]),
            },
          ],
        },
      ],
    },
    {
      key: 'privacy',
      name: 'Floors of privacy',
      groups: [
        {
          title: 'Figures about people',
          fields: [number('/privacy/minGroupSize', 'No figure about fewer than', 2, 1000)],
        },
      ],
    },
  ];
}

const scopes: Record<string, string[]> = {
  safeguard: ['safeguards'],
  feature: ['studio'],
  rate_card: ['compensation'],
  call: ['grants'],
  model: ['models'],
  dataset: ['datasets'],
  membership: ['membership'],
  charter: ['charter'],
};

function allParts(document: Json, around: Around): Part[] {
  return [
    ...Object.keys(tree(at(document, '/voting/kinds'))).map((kind) => votingOf(document, kind)),
    ...otherParts(document),
    safeguards(document),
    studioPart(document),
    pay(document),
    grants(document),
    models(document, around),
    learning,
    membership(document),
    charter,
  ];
}

/** What a proposal of this kind may change, as parts to fill in; none for questions and elections. */
export function partsOf(document: Json, kind: string, around: Around): Part[] {
  const all = allParts(document, around);
  if (kind === 'policy') return all;
  return all.filter(({ key }) => scopes[kind]?.includes(key));
}

/** What an emergency measure may change: the parts whose clauses the policy names. */
export function emergencyParts(document: Json, around: Around): Part[] {
  const allowed = at(document, '/emergencies/clauses');
  const paths = Array.isArray(allowed) ? allowed.map(String) : [];
  const inside = (path: string) => paths.some((one) => path === one || path.startsWith(`${one}/`));
  return allParts(document, around)
    .map((part) => ({
      ...part,
      groups: part.groups.filter(({ fields }) => fields.every(({ path }) => inside(path))),
    }))
    .filter(({ groups }) => groups.length > 0);
}
