import { runSimulation } from "../test/sim/run.ts";

// npm run sim -- --edits 100000 --seed 7; docs/simulation.md says what it does.
process.exitCode = await runSimulation(process.argv.slice(2));
