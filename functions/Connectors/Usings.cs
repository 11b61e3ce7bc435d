// What every connector is written with.
global using System.Globalization;
global using System.Text.Json;
global using StoreClaw.Commerce;
global using StoreClaw.Common;
global using StoreClaw.Connectors.Http;
