// writes: none
const { DataTypes, Model } = require('sequelize');
const sequelize = require('../config/sequelize');

class Preset extends Model {}

Preset.init(
  {
    id: { type: DataTypes.UUID, primaryKey: true, defaultValue: DataTypes.UUIDV4 },
    name: { type: DataTypes.STRING, allowNull: false },
    usageCount: { type: DataTypes.INTEGER, field: 'usage_count', defaultValue: 0 },
    likes: { type: DataTypes.INTEGER, defaultValue: 0 },
  },
  { sequelize, tableName: 'presets', underscored: true },
);

module.exports = Preset;
