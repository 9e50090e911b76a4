"use strict";

// Azurite declares its SQL stores whether or not it makes one.
exports.Model = class {};
