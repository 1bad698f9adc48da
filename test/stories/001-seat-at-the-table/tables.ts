import { money, textTable } from '../../support/table.ts';
import type { Visitor } from '../../support/visitor.ts';
