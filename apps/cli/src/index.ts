import { Command, InvalidArgumentError } from 'commander';
import { check } from './check.ts';
import { importCollection } from './import.ts';
import { up } from './up.ts';
import { startWorker } from './worker.ts';

function wholeNumber(most: number) {
  return (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < 0 || value > most)
      throw new InvalidArgumentError(`a whole number from 0 to ${most}`);
    return value;
  };
}

const program = new Command('uncaged').description('A collective’s own machine for moving pictures');

program
  .command('up')
  .description('start the collective on this machine: api, portal and a worker')
  .option('--port <port>', 'port to listen on; 0 takes a free one', wholeNumber(65_535))
  .option('--host <host>', 'address to listen on')
  .option('--workers <count>', 'workers on this machine', wholeNumber(16), 1)
  .option('--data <folder>', 'data folder (UNCAGED_DATA)')
  .action(up);

program
  .command('worker')
  .description('lend this machine to a collective')
  .requiredOption('--url <url>', 'where the collective lives')
  .option('--token <token>', 'the token a steward issued (or UNCAGED_WORKER_TOKEN)')
  .option('--weights <folder...>', 'folders in which weights lie')
  .action(startWorker);

program
  .command('import')
  .description('bring in a public-domain collection, as: import openclipart FOLDER')
  .argument('<source>', 'what the collection is called, as openclipart')
  .argument('<folder>', 'the unpacked folder with its SVG files')
  .option('--data <folder>', 'data folder (UNCAGED_DATA)')
  .action(importCollection);

program
  .command('check')
  .description('run every invariant check on the collective of a data folder')
  .option('--data <folder>', 'data folder (UNCAGED_DATA)')
  .action(check);

await program.parseAsync();
