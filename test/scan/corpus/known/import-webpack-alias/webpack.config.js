// writes: none
const path = require('path');
module.exports = {
  entry: './app/main.js',
  resolve: { alias: { Store$: path.join(__dirname, 'app/store/index.js'), Lib: `${__dirname}/app/lib` } },
};
