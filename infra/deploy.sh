#!/usr/bin/env bash
# Creates or updates the Azure resources, then builds the app for Azure and publishes it. Safe to repeat.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: infra/deploy.sh --resource-group NAME --parameters FILE [--location REGION] [--what-if]

  --resource-group NAME  where everything goes; created when it does not exist
  --parameters FILE      a .bicepparam file; start from infra/example.bicepparam
  --location REGION      region of a new resource group (az functionapp list-flexconsumption-locations)
  --what-if              show what would change in Azure, change and publish nothing

Sign in first with az login. You need the roles Contributor and Role Based Access Control Administrator.
TEXT
}

fail() {
  echo "$1" >&2
  exit "${2:-1}"
}

# Fails unless the option $1 is followed by a value.
value_of() {
  [ "$#" -ge 2 ] && [ -n "$2" ] || { usage >&2; fail "$1 needs a value." 2; }
  printf '%s' "$2"
}

group="" parameters="" location="" what_if=false
while [ "$#" -gt 0 ]; do
  case "$1" in
    --resource-group) group=$(value_of "$@"); shift 2 ;;
    --parameters) parameters=$(value_of "$@"); shift 2 ;;
    --location) location=$(value_of "$@"); shift 2 ;;
    --what-if) what_if=true; shift ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; fail "There is no option $1." 2 ;;
  esac
done

if [ -z "$group" ] || [ -z "$parameters" ]; then
  usage >&2
  fail "Give --resource-group and --parameters." 2
fi
[ -f "$parameters" ] || fail "There is no file $parameters. Copy infra/example.bicepparam to it and fill it in."

needs=(az)
if [ "$what_if" = false ]; then
  needs+=(dotnet zip curl)
fi
for tool in "${needs[@]}"; do
  command -v "$tool" >/dev/null || fail "$tool is missing. Install it and try again."
done
az account show --output none || fail "You are not signed in. Run az login."

if [ "$(az group exists --name "$group")" != true ]; then
  [ "$what_if" = false ] || fail "The resource group $group does not exist yet, so everything would be new."
  [ -n "$location" ] || fail "The resource group $group does not exist. Give --location to create it."
  az group create --name "$group" --location "$location" --output none
fi

if [ "$what_if" = true ]; then
  exec az deployment group what-if --resource-group "$group" --parameters "$parameters"
fi

deployment="storeclaw-$(date -u +%Y%m%d%H%M%S)"
echo "Deploying the resources as $deployment ..."
az deployment group create --resource-group "$group" --name "$deployment" --parameters "$parameters" --output none

output() {
  az deployment group show --resource-group "$group" --name "$deployment" --query "properties.outputs.$1.value" --output tsv
}

app=$(output functionAppName)
url=$(output url)
vault=$(output keyVaultName)

root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo "Building ..."
dotnet publish "$root/functions" --configuration Release -p:FunctionsRuntime=Worker --artifacts-path "$work/artifacts" --output "$work/publish"
# "." and not "*": the host finds the functions by the folder .azurefunctions.
(cd "$work/publish" && zip --quiet --recurse-paths "$work/app.zip" .)

echo "Publishing to $app ..."
# Roles that were just assigned take minutes to reach the place the package goes to.
for try in 1 2 3 4 5; do
  if az functionapp deployment source config-zip --resource-group "$group" --name "$app" --src "$work/app.zip" --output none; then
    break
  fi
  [ "$try" -lt 5 ] || fail "The package could not be published. The resources are there; run this script again."
  sleep 60
done

echo "Waiting for $url/healthz ..."
curl --fail --silent --show-error --output /dev/null --retry 30 --retry-delay 10 --retry-all-errors "$url/healthz" ||
  fail "The app does not answer. Look at it with: az functionapp show --resource-group $group --name $app --query state"

cat <<TEXT

StoreClaw runs at $url
Its secrets are in the vault $vault.
The function key for /api (it opens everything; keep it like a password):
  az functionapp keys list --resource-group $group --name $app --query functionKeys.default --output tsv
TEXT
