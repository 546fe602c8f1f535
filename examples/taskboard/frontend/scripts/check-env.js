// node scripts/check-env.js --require NEXT_PUBLIC_API_URL
const { require: names = [] } = require('minimist')(process.argv.slice(2));

const missing = [].concat(names).filter((name) => !process.env[name]);
if (missing.length > 0) {
  console.error(`missing: ${missing.join(', ')}`);
  process.exit(1);
}
