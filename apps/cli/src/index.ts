import { Command, InvalidArgumentError } from 'commander';

/** Commands load what they need when they are called: `verify` must not wait for a database to load. */
const program = new Command('uncaged').description('A collective’s own machine for moving pictures');
const data = ['--data <folder>', 'data folder (UNCAGED_DATA)'] as const;

function wholeNumber(most: number) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < 0 || value > most)
      throw new InvalidArgumentError(`It must be a whole number from 0 to ${most}.`);
    return value;
  };
}

program
  .command('up')
  .description('start the collective on this machine: api, portal and a worker')
  .option('--port <port>', 'port to listen on; 0 takes a free one', wholeNumber(65_535))
  .option('--host <host>', 'address to listen on')
  .option('--workers <count>', 'workers on this machine', wholeNumber(16), 1)
  .option(...data)
  .action(async (options) => (await import('./up.ts')).up(options));

program
  .command('worker')
  .description('lend this machine to a collective')
  .requiredOption('--url <url>', 'where the collective lives')
  .option('--token <token>', 'the token a steward issued (or UNCAGED_WORKER_TOKEN)')
  .option('--weights <folder...>', 'folders in which weights lie')
  .action(async (options) => (await import('./worker.ts')).startWorker(options));

program
  .command('import')
  .description('bring a public-domain collection in')
  .argument('<source>', 'its name, such as openclipart')
  .argument('<folder>', 'where its files lie')
  .option(...data)
  .action(async (source, folder, options) =>
    (await import('./import.ts')).importCollection(source, folder, options),
  );

program
  .command('export')
  .description('write the whole book as one archive')
  .argument('<file>', 'where to')
  .option(...data)
  .action(async (file, options) => (await import('./export.ts')).exportBook(file, options));

program
  .command('verify')
  .description('check an export with nothing but the export')
  .argument('<file>', 'the archive')
  .option('--key <key>', 'the key you noted down, which the archive must be signed with')
  .option('--receipt <file...>', 'receipts you kept, as JSON: what they promise must stand in the archive')
  .action(async (file, options) => (await import('./verify.ts')).verify(file, options));

program
  .command('statement')
  .description('recompute a member’s account from an export alone')
  .argument('<member>', 'their id')
  .requiredOption('--from <file>', 'the archive')
  .action(async (member, options) => (await import('./recompute.ts')).statement(member, options));

program
  .command('royalty')
  .description('explain what one clip paid to the works behind its model, from an export alone')
  .argument('<generation>', 'the clip’s id')
  .requiredOption('--from <file>', 'the archive')
  .option('--works <count>', 'how many of these works somebody holds', wholeNumber(1_000_000), 1)
  .option('--member <id>', 'a member: the archive says how many they held when the clip was made')
  .action(async (generation, options) => (await import('./recompute.ts')).royalty(generation, options));

program
  .command('leave-out')
  .description('train a small model without one author at a time and show what changes')
  .argument('<folder>', 'a sub-folder for each author, with their pictures')
  .requiredOption('--out <folder>', 'where the page and its numbers go')
  .option('--style <word>', 'a word that no model knows', 'auditstyle')
  .option(
    '--kind <kind>',
    'adapter: a style on the shipped model; model: a small one from nothing',
    'adapter',
  )
  .option('--seed <number>', 'everything drawn by chance follows from it', wholeNumber(2 ** 31), 1)
  .option(
    '--steps <count>',
    'steps of each training; left out, as many as the works need',
    wholeNumber(20_000),
  )
  .action(async (folder, options) => (await import('./leave-out.ts')).leaveOut(folder, options));

program
  .command('tally')
  .description('count the ballots of a file and print result, rounds and matrices as JSON')
  .argument('<file>', 'ballots, a line for each kind: 3:A>B=C (see docs/tallies.md)')
  .requiredOption('--method <method>', 'yes_no, approval, score, schulze, stv or budget')
  .option(
    '--unranked <rule>',
    'implicit: what a ballot leaves out is last; explicit: it says nothing',
    'implicit',
  )
  .option('--seats <count>', 'how many win', wholeNumber(1000))
  .option('--precision <rule>', 'of stv: exact, or five_decimals as Scottish law rounds', 'exact')
  .action(async (file, options) => (await import('./tally.ts')).tally(file, options));

program
  .command('check')
  .description('run every named invariant on the collective of a data folder')
  .option(...data)
  .action(async (options) => (await import('./check.ts')).check(options));

await program.parseAsync();
