// writes: none
module.exports = (sequelize, DataTypes) =>
  sequelize.define('Preset', {
    name: DataTypes.STRING,
    usage_count: { type: DataTypes.INTEGER, defaultValue: 0 },
  }, { tableName: 'presets', underscored: true });
