/** The policy document as sentences a person can read, each with the address of its clause. */
import { applyPatch, type Operation as PatchOperation } from 'rfc6902';

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

export interface Clause {
  /** JSON Pointer */
  path: string;
  text: string;
  /** begins a new paragraph */
  begins?: boolean;
}

export interface Chapter {
  title: string;
  clauses: Clause[];
}

type Tree = Record<string, Json>;
const tree = (value: Json | undefined): Tree =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Tree) : {};
const list = (value: Json | undefined): string[] =>
  Array.isArray(value) ? value.map((one) => String(one)) : [];
const number = (value: Json | undefined): number => (typeof value === 'number' ? value : 0);
const words = (value: Json | undefined): string => String(value ?? '');

export const inPointer = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');
export const outOfPointer = (key: string): string => key.replaceAll('~1', '/').replaceAll('~0', '~');

/** What a JSON Pointer points at; undefined when nothing is there. */
export function at(document: Json, pointer: string): Json | undefined {
  let here: Json | undefined = document;
  for (const key of pointer.split('/').slice(1).map(outOfPointer)) {
    if (Array.isArray(here)) here = here[Number(key)];
    else if (here !== null && typeof here === 'object') here = here[key];
    else return undefined;
  }
  return here;
}

export function and(parts: readonly string[]): string {
  return parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

const capital = (word: string): string => `${word[0]?.toUpperCase() ?? ''}${word.slice(1)}`;

function hours(n: number): string {
  if (n === 0) return 'no time';
  return n % 24 === 0 && n >= 48 ? `${n / 24} days` : `${n} hours`;
}

export const acts: Record<string, string> = {
  invite_member: 'invite a member',
  propose: 'write a proposal',
  vote: 'vote',
  generate: 'make clips',
  publish: 'show them',
  contribute: 'report on clips and be paid',
  review: 'judge the reports of others',
  add_work: 'bring in work of their own',
  give_consent: 'say what may be done with it',
  open_call: 'open a call for testing',
  deposit_funds: 'write down money that came in',
  add_worker: 'connect a machine',
  import_works: 'bring in a collection given to everyone',
  sign_emergency: 'sign an emergency measure',
};

const methods: Record<string, string> = {
  yes_no: 'by yes or no',
  approval: 'by which ones each of us can live with',
  score: 'by points',
  schulze: 'by ranking, pair against pair (Schulze)',
  stv: 'by ranking, for several seats (single transferable vote)',
  budget: 'by sharing out money',
};

function rolesChapter(document: Tree): Chapter {
  const clauses: Clause[] = Object.entries(tree(document.roles)).map(([name, role]) => {
    const { about, may } = tree(role);
    return {
      begins: true,
      path: `/roles/${inPointer(name)}`,
      text: `${capital(name)}. ${words(about)} May ${and(list(may).map((act) => acts[act] ?? act))}.`,
    };
  });
  const joining = tree(document.membership);
  const named = tree(joining.pseudonym);
  if (Object.keys(joining).length > 0)
    clauses.push(
      {
        begins: true,
        path: '/membership/founderRoles',
        text: `Whoever founded the collective is ${and(list(joining.founderRoles))};`,
      },
      { path: '/membership/memberRoles', text: `whoever joins is ${and(list(joining.memberRoles))}.` },
      {
        path: '/membership/invitationDays',
        text: `An invitation works once, for ${number(joining.invitationDays)} days.`,
      },
      {
        path: '/membership/pseudonym',
        text: `A pseudonym has ${number(named.minCharacters)} to ${number(named.maxCharacters)} characters.`,
      },
      {
        path: '/membership/passwordMinCharacters',
        text: `A password has at least ${number(joining.passwordMinCharacters)}.`,
      },
    );
  return { title: 'Who may do what', clauses };
}

function share(rule: Tree): string {
  return `${rule.strict ? 'more than' : 'at least'} ${number(rule.numerator)}/${number(rule.denominator)}`;
}

function optionClauses(rule: Tree, path: string): Clause[] {
  const options = tree(rule.options);
  const ways = list(options.methods).map((one) => methods[one] ?? one);
  const score = list(options.methods).includes('score')
    ? ` The highest score is ${number(options.scoreMax)}.`
    : '';
  return [
    {
      path: `${path}/options`,
      text: `Up to ${number(options.maxOptions)} options can stand in it, counted ${ways.join(', or ')}; what a ballot leaves out ${options.unranked === 'explicit' ? 'it says nothing about' : 'stands below all it ranks'}, and a tie goes to the one put forward first.${score}`,
    },
  ];
}

function votingChapter(document: Tree): Chapter {
  const voting = tree(document.voting);
  const clauses: Clause[] = [
    {
      path: '/voting/eligibleRoles',
      text: `Every ${and(list(voting.eligibleRoles))} can vote who was one when the vote opened.`,
    },
    {
      path: '/voting/draftDays',
      text: `A draft that is not put to the vote within ${number(voting.draftDays)} days lapses.`,
    },
  ];
  for (const [name, kind] of Object.entries(tree(voting.kinds))) {
    const rule = tree(kind);
    const quorum = tree(rule.quorum);
    const threshold = tree(rule.threshold);
    const path = `/voting/kinds/${inPointer(name)}`;
    clauses.push(
      { begins: true, path: `${path}/about`, text: `${capital(name)}. ${words(rule.about)}` },
      {
        path: `${path}/quorum`,
        text: `It needs ${share(quorum)} of all ${words(quorum.of)} to take part, and never fewer than ${number(quorum.atLeast)};`,
      },
      {
        path: `${path}/threshold`,
        text: `it passes with ${share(threshold)} yes among ${words(threshold.of).replaceAll('_', ' ')}.`,
      },
      {
        path: `${path}/abstentions`,
        text: `Abstaining ${rule.abstentions === 'count_for_quorum' ? 'counts as taking part, on neither side' : 'counts for nothing'}.`,
      },
      {
        path: `${path}/discussionHours`,
        text:
          number(rule.discussionHours) === 0
            ? 'No set time to talk;'
            : `We talk for ${hours(number(rule.discussionHours))};`,
      },
      { path: `${path}/votingHours`, text: `we vote for ${hours(number(rule.votingHours))};` },
      {
        path: `${path}/delayHours`,
        text:
          number(rule.delayHours) === 0
            ? 'it takes effect at the close.'
            : `it takes effect ${hours(number(rule.delayHours))} after the close.`,
      },
      ...optionClauses(rule, path),
      {
        path: `${path}/secrecy`,
        text:
          rule.secrecy === 'secret'
            ? 'The vote is secret: nobody learns who voted how.'
            : rule.secrecy === 'author_chooses'
              ? 'How anybody voted is shown at the close, and not before; or the vote is secret, if its author asks for that, and nobody ever learns it.'
              : 'How anybody voted is shown at the close, and not before.',
      },
      {
        path: `${path}/lateQuorum`,
        text: `If enough of us take part only in the last ${hours(number(tree(rule.lateQuorum).lastHours))}, the vote stays open ${hours(number(tree(rule.lateQuorum).extendHours))} more, once.`,
      },
      {
        path: `${path}/affected`,
        text: `Those it concerns most, every ${and(list(tree(rule.affected).roles))}, must say yes among themselves too: ${share(tree(tree(rule.affected).threshold))} yes among ${words(tree(tree(rule.affected).threshold).of).replaceAll('_', ' ')}.`,
      },
      {
        path: `${path}/recusal`,
        text: 'Whoever declared an interest in it before the vote opened has no vote in it.',
      },
    );
  }
  clauses.push(
    {
      begins: true,
      path: '/delegation',
      text: 'A member can hand on their voice, for one kind of proposal at a time. Whoever votes themself has voted; a chain that runs into itself represents nobody.',
    },
    {
      path: '/interests',
      text:
        tree(document.interests).recusal === 'declared_on_proposal'
          ? 'Whoever declared an interest in a proposal has no vote in it, whatever its kind.'
          : 'Interests are declared in the open; where one takes the vote, the kind says so.',
    },
  );
  return { title: 'How we decide', clauses };
}

function safeguardsChapter(document: Tree): Chapter {
  const clauses: Clause[] = Object.entries(tree(document.safeguards)).map(([name, rule]) => {
    const { text, names } = tree(rule);
    const said = list(names);
    const who = said.length > 8 ? `${said.slice(0, 8).join(', ')} and ${said.length - 8} more` : and(said);
    return {
      begins: true,
      path: `/safeguards/${inPointer(name)}`,
      text: `${words(text)} This refuses a prompt that names ${who}, until the artist says yes.`,
    };
  });
  if (clauses.length === 0)
    clauses.push({
      path: '/safeguards',
      text: 'Nothing. Nobody decided a refusal for us; we vote on our own.',
    });
  return { title: 'What the machine refuses', clauses };
}

function makingChapter(document: Tree): Chapter {
  const studio = tree(document.studio);
  const steps = tree(studio.steps);
  return {
    title: 'Making clips',
    clauses: [
      {
        path: '/studio/promptMaxCharacters',
        text: `A prompt has at most ${number(studio.promptMaxCharacters)} characters,`,
      },
      {
        path: '/studio/captionMaxCharacters',
        text: `a caption at most ${number(studio.captionMaxCharacters)}.`,
      },
      {
        path: '/studio/steps',
        text: `A clip takes ${number(steps.min)} to ${number(steps.max)} steps, usually ${number(steps.usual)}.`,
      },
      {
        path: '/studio/outstandingPerMember',
        text: `One member can have ${number(studio.outstandingPerMember)} waiting at once.`,
      },
      {
        path: '/studio/fairWindowHours',
        text: `Whoever used the machines least in the last ${hours(number(studio.fairWindowHours))} comes first.`,
      },
      ...teachingClauses(document),
    ],
  };
}

/** What a kind of work is paid, in a sentence. */
function rateWords(kind: string, rate: Json | undefined, money: (minor: string) => string): string {
  if (typeof rate === 'number')
    return `${/^[aeiou]/.test(kind) ? 'An' : 'A'} ${kind} report is paid at least ${money(String(rate))}.`;
  const { hourly, mostMinutes, shared } = tree(rate);
  const name = kind.slice(0, 1).toUpperCase() + kind.slice(1).replaceAll('-', ' ');
  if (shared !== undefined)
    return `${name} shares at least ${money(String(number(shared)))} by how much each did.`;
  return `${name} is paid at least ${money(String(number(hourly)))} an hour, up to ${number(mostMinutes)} minutes a piece.`;
}

function payChapter(document: Tree, money: (minor: string) => string): Chapter {
  const pay = tree(document.compensation);
  const royalty = tree(pay.royalty);
  const split = tree(royalty.split);
  const rates = Object.entries(tree(pay.rates));
  return {
    title: 'What work is paid',
    clauses: [
      ...rates.map(([kind, rate]) => ({
        path: `/compensation/rates/${inPointer(kind)}`,
        text: rateWords(kind, rate, money),
      })),
      ...(pay.laterShare === undefined
        ? []
        : [
            {
              path: '/compensation/laterShare',
              text: `Whoever finds what another found before, on their own, is paid ${number(tree(pay.laterShare).numerator)}/${number(tree(pay.laterShare).denominator)} of it.`,
            },
          ]),
      {
        path: '/compensation/reviewRate',
        text: `One review is paid ${money(String(number(pay.reviewRate)))}.`,
      },
      ...(pay.reviewerSeats === undefined
        ? []
        : [
            {
              path: '/compensation/reviewerSeats',
              text: `${number(pay.reviewerSeats)} members other than the author are drawn by lot to look at a report.`,
            },
          ]),
      {
        path: '/compensation/reviewsNeeded',
        text:
          pay.reviewerSeats === undefined
            ? `${number(pay.reviewsNeeded)} members other than the author decide about a report.`
            : `${number(pay.reviewsNeeded)} of them who agree decide about it.`,
      },
      {
        path: '/compensation/reviewDays',
        text: `If they say nothing for ${number(pay.reviewDays)} days, it is accepted and paid.`,
      },
      {
        begins: true,
        path: '/compensation/royalty/perGeneration',
        text: `Each clip owes ${money(String(number(royalty.perGeneration)))} to the works its model learned from,`,
      },
      ...(royalty.perMonth === undefined
        ? []
        : [
            {
              path: '/compensation/royalty/perMonth',
              text:
                number(royalty.perMonth) === 0
                  ? 'and the clips of a month share nothing more,'
                  : `and all clips of a month share ${money(String(number(royalty.perMonth)))} more,`,
            },
          ]),
      { path: '/compensation/royalty/fund', text: `out of the fund “${words(royalty.fund)}”:` },
      {
        path: '/compensation/royalty/split',
        text:
          number(split.fund) === 0
            ? 'all of it to the makers.'
            : `of each ${number(split.works) + number(split.fund)} parts, ${number(split.works)} to the makers and ${number(split.fund)} back to the fund.`,
      },
    ],
  };
}

function charterChapter(document: Tree): Chapter {
  return {
    title: 'What we are for',
    clauses: [{ begins: true, path: '/charter', text: words(document.charter) }],
  };
}

function teachingClauses(document: Tree): Clause[] {
  const rule = tree(document.fineTunes);
  return [
    {
      begins: true,
      path: '/fineTunes',
      text: `Whoever teaches a hand can have ${number(rule.outstandingPerMember)} runs waiting, from at most ${number(rule.maxWorks)} works, in at most ${number(rule.maxSteps).toLocaleString('en')} steps and rank ${number(rule.maxRank)}, with ${number(rule.maxSheetPictures)} pictures to compare.`,
    },
    ...Object.entries(tree(document.features)).map(([name, feature]) => ({
      begins: true,
      path: `/features/${inPointer(name)}`,
      text: `${capital(name)} is ${tree(feature).on === true ? 'on' : 'off'}. ${words(tree(feature).about)}`,
    })),
  ];
}

function grantsChapter(document: Tree, money: (minor: string) => string): Chapter {
  return {
    title: 'Money set aside',
    clauses: Object.entries(tree(document.grants)).map(([name, grant]) => ({
      begins: true,
      path: `/grants/${inPointer(name)}`,
      text: `${capital(name)}: ${money(String(number(tree(grant).amount)))} out of the fund “${words(tree(grant).fund)}”. ${words(tree(grant).about)}`,
    })),
  };
}

function modelsChapter(document: Tree): Chapter {
  return {
    title: 'Our models',
    clauses: Object.entries(tree(document.models)).map(([id, model]) => ({
      begins: true,
      path: `/models/${inPointer(id)}`,
      text: `The model ${id} is ${tree(model).state === 'retired' ? 'retired, and refuses' : 'released, and makes clips'}. ${words(tree(model).about)}`,
    })),
  };
}

function recourseChapter(document: Tree): Chapter {
  const appeals = tree(document.appeals);
  const urgent = tree(document.emergencies);
  return {
    title: 'When a rule is wrong, or cannot wait',
    clauses: [
      {
        path: '/appeals',
        text: `Whoever was refused can appeal. ${number(appeals.panelSeats)} of us, drawn by lot and never the one who appeals, answer within ${number(appeals.answerDays)} days; if more than half say the refusal was wrong, it is lifted for those very words.`,
      },
      {
        begins: true,
        path: '/emergencies',
        text: `What cannot wait takes ${number(urgent.signers)} signatures and holds for ${hours(number(urgent.maxHours))} at most; a vote of ${hours(number(urgent.ratifyHours))} keeps it, or it ends by itself. It can change nothing but ${and(list(urgent.clauses).map((path) => path.slice(1).split('/').map(outOfPointer).join(', ')))}.`,
      },
    ],
  };
}

function learningChapter(document: Tree): Chapter {
  const rules = tree(document.datasets);
  const floors = tree(document.privacy);
  const bases: Record<string, string> = {
    public_domain_dedication: 'its makers gave it to everyone',
    member_consent: 'its maker is a member and said yes to this very use',
    own_work: 'its maker brought it and said yes to this very use',
  };
  return {
    title: 'What a model may learn from, and what stays private',
    clauses: [
      {
        path: '/datasets/acceptedBases',
        text: `A work is learned from when ${list(rules.acceptedBases)
          .map((one) => bases[one] ?? one)
          .join(', or ')}. Absent is no.`,
      },
      {
        path: '/datasets/acceptedDedications',
        text: `Given to everyone means ${and(list(rules.acceptedDedications))}.`,
      },
      {
        begins: true,
        path: '/privacy/minGroupSize',
        text: `No figure about fewer than ${number(floors.minGroupSize)} people is published.`,
      },
    ],
  };
}

function leaves(value: Json, path: string): string[] {
  if (value === null || typeof value !== 'object') return [path];
  if (Array.isArray(value)) return [path];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, `${path}/${inPointer(key)}`));
}

/** All of it: what no sentence above covers is listed as it stands, so that nothing in force is left out. */
export function chapters(document: Tree, money: (minor: string) => string): Chapter[] {
  const told = [
    charterChapter(document),
    safeguardsChapter(document),
    recourseChapter(document),
    makingChapter(document),
    modelsChapter(document),
    payChapter(document, money),
    grantsChapter(document, money),
    rolesChapter(document),
    votingChapter(document),
    learningChapter(document),
  ]
    .map((chapter) => ({
      ...chapter,
      clauses: chapter.clauses.filter((clause) => at(document, clause.path) !== undefined),
    }))
    .filter((chapter) => chapter.clauses.length > 0);
  const covered = told.flatMap((chapter) => chapter.clauses.map((clause) => clause.path));
  const rest = leaves(document, '').filter(
    (path) =>
      path !== '/format' &&
      !/\/method$/.test(path) &&
      !covered.some((one) => path === one || path.startsWith(`${one}/`)),
  );
  if (rest.length > 0)
    told.push({
      title: 'And also',
      clauses: rest.map((path) => ({
        begins: true,
        path,
        text: `${path.slice(1).split('/').map(outOfPointer).join(', ')}: ${JSON.stringify(at(document, path))}.`,
      })),
    });
  return told;
}

export type Operation = { op: string; path: string; from?: string; value?: Json };

/** A policy after a patch, for somebody who is still writing it; null where an operation finds nothing. The api checks the real thing. */
export function patched(document: Json, patch: readonly Operation[]): Json | null {
  const after = structuredClone(document);
  const results = applyPatch(after, structuredClone(patch) as PatchOperation[]);
  return results.every((result) => result === null) ? after : null;
}

/** The sentences in which two policies differ: what they took out, what they put in, in the order one reads them. */
export function proseDiff(
  before: Json,
  after: Json,
  money: (minor: string) => string,
): { path: string; before?: string; after?: string }[] {
  const sentences = (document: Json) =>
    new Map(
      chapters(tree(document), money).flatMap(({ clauses }) => clauses.map(({ path, text }) => [path, text])),
    );
  const old = sentences(before);
  const now = sentences(after);
  return [...new Set([...now.keys(), ...old.keys()])]
    .filter((path) => old.get(path) !== now.get(path))
    .map((path) => {
      const [was, is] = [old.get(path), now.get(path)];
      return {
        path,
        ...(was === undefined ? {} : { before: was }),
        ...(is === undefined ? {} : { after: is }),
      };
    });
}

/** The clauses of a chapter as paragraphs. */
export function paragraphs<C extends Clause>(clauses: readonly C[]): C[][] {
  const found: C[][] = [];
  for (const clause of clauses) {
    const last = found.at(-1);
    if (clause.begins || !last) found.push([clause]);
    else last.push(clause);
  }
  return found;
}
